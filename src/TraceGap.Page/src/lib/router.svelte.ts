import { separator } from './separator';

export type View =
  | 'overview'
  | 'workflows'
  | 'layers'
  | 'steps'
  | 'failures'
  | 'traces'
  | 'trace'
  | 'what-if'
  | 'costs'
  | 'concurrency'
  | 'dependence'
  | 'compare'
  | 'alerts';

export interface Route {
  readonly view: View | null;
  readonly traceId: string | null;
  readonly query: Readonly<Record<string, string>>;
}

const paths: Record<Exclude<View, 'trace'>, string> = {
  overview: '/',
  workflows: '/workflows',
  layers: '/layers',
  steps: '/steps',
  failures: '/failures',
  traces: '/traces',
  'what-if': '/what-if',
  costs: '/costs',
  concurrency: '/concurrency',
  dependence: '/dependence',
  compare: '/compare',
  alerts: '/alerts',
};

/** Filters that go along from view to view. */
const shared = ['window', 'from', 'to', 'workflow', 'environment', 'version'] as const;

/** What an address shows. */
export function parse(pathname: string, search: string): Route {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] = name in query ? `${query[name]}${separator}${value}` : value;
  }
  const trace = /^\/traces\/([0-9a-fA-F]{32})$/.exec(pathname);
  if (trace) {
    return { view: 'trace', traceId: trace[1]!.toLowerCase(), query };
  }
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  const view = (Object.keys(paths) as (keyof typeof paths)[]).find((name) => paths[name] === path) ?? null;
  return { view, traceId: null, query };
}

/** The address of a view. The shared filters of `from` are kept; `query` adds to them, and an empty value takes away. */
export function link(view: View, from: Route, query: Record<string, string | undefined> = {}, traceId?: string): string {
  const parameters = new URLSearchParams();
  for (const name of shared) {
    const value = name in query ? query[name] : from.query[name];
    if (value) {
      parameters.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(query)) {
    if (value && !(shared as readonly string[]).includes(name)) {
      value.split(separator).forEach((one) => parameters.append(name, one));
    }
  }
  const path = view === 'trace' ? `/traces/${traceId ?? from.traceId ?? ''}` : paths[view];
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

class Router {
  current = $state.raw<Route>(parse(location.pathname, location.search));

  constructor() {
    addEventListener('popstate', () => this.#read());
    addEventListener('click', (event) => this.#click(event));
  }

  go(url: string, replace = false): void {
    history[replace ? 'replaceState' : 'pushState'](null, '', url);
    this.#read();
  }

  /** The same view with other parameters. */
  set(query: Record<string, string | undefined>, replace = false): void {
    const { view, traceId, query: old } = this.current;
    this.go(link(view ?? 'overview', this.current, { ...old, ...query }, traceId ?? undefined), replace);
  }

  #read(): void {
    this.current = parse(location.pathname, location.search);
  }

  // Plain clicks on the page's own links change the view; everything else is the browser's.
  #click(event: MouseEvent): void {
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!anchor || !isPlain || anchor.origin !== location.origin || anchor.hasAttribute('download') || anchor.hash || anchor.target) {
      return;
    }
    event.preventDefault();
    const isSameView = anchor.pathname === location.pathname;
    this.go(anchor.href);
    if (!isSameView) {
      scrollTo(0, 0);
      document.getElementById('main')?.focus({ preventScroll: true });
    }
  }
}

export const router = new Router();
