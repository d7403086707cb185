import { api, ApiError } from '../api/client';
import { session } from '../api/session.svelte';

const firstRetry = 1_000;
const longestRetry = 30_000;

/** Follows the server's events while the page is seen: `revision` grows when there is something new to ask for. */
class Live {
  revision = $state(0);
  connected = $state(false);
  paused = $state(false);
  #connection: AbortController | null = null;

  start(): void {
    document.addEventListener('visibilitychange', () => this.#update());
    $effect.root(() => {
      $effect(() => {
        void session.token;
        this.#connection?.abort();
        this.#connection = null;
        this.#update();
      });
    });
  }

  toggle(): void {
    this.paused = !this.paused;
    this.#update();
  }

  // A hidden page holds no connection: browsers allow six to a server, and tabs are many.
  #update(): void {
    const wanted = !document.hidden && !this.paused && session.problem === null;
    if (wanted && !this.#connection) {
      this.#connection = new AbortController();
      void this.#follow(this.#connection.signal);
    } else if (!wanted && this.#connection) {
      this.#connection.abort();
      this.#connection = null;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let wait = firstRetry;
    while (!signal.aborted) {
      try {
        for await (const change of api.events(signal)) {
          void change;
          wait = firstRetry;
          this.connected = true;
          this.revision++;
        }
      } catch (failure) {
        if (failure instanceof ApiError && (failure.status === 401 || failure.status === 403)) {
          break;
        }
      }
      this.connected = false;
      if (!signal.aborted) {
        await new Promise((resume) => setTimeout(resume, wait));
        wait = Math.min(wait * 2, longestRetry);
      }
    }
    if (this.#connection?.signal === signal) {
      this.#connection = null;
    }
  }
}

export const live = new Live();
