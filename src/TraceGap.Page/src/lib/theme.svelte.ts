export type Choice = 'auto' | 'light' | 'dark';

const key = 'tracegap.theme';

/** Dark or light: what the system says, unless the user chose. The document has it as `data-theme` before anything that depends on `dark` is drawn anew. */
class Theme {
  #choice = $state<Choice>(read());
  #system = $state(false);

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.#system = system.matches;
    mark(this.dark);
    system.addEventListener('change', (event) => {
      mark(this.#choice === 'auto' ? event.matches : this.dark);
      this.#system = event.matches;
    });
  }

  get choice(): Choice {
    return this.#choice;
  }

  get dark(): boolean {
    return this.#choice === 'dark' || (this.#choice === 'auto' && this.#system);
  }

  toggle(): void {
    const next = this.dark ? 'light' : 'dark';
    mark(next === 'dark');
    this.#choice = next;
    localStorage.setItem(key, next);
  }

  /** The value of a style variable; asked for again when the theme changes. */
  token(name: string): string {
    void this.dark;
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
}

function read(): Choice {
  const kept = localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

function mark(dark: boolean): void {
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

export const theme = new Theme();
