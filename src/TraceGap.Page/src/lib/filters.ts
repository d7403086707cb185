import type { Query } from '../api/client';
import type { Route } from './router.svelte';

export const windows = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['6h', '6 hours'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;

export const usualWindow = '1h';

/** What the address asks of reports: a window that ends now, or from and to. */
export function reportQuery(route: Route): Query {
  const { window, from, to, workflow, environment, version } = route.query;
  return {
    window: from && to ? undefined : (window ?? usualWindow),
    from,
    to,
    workflow,
    environment,
    version,
  };
}

const units: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 };

/** Milliseconds between two looks at a window: long windows change slowly, and cost the server more. */
export function pace(query: Query): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d|w)$/.exec(query['window'] ?? '') ?? [];
  const length = amount && unit ? Number(amount) * units[unit]! : query['from'] && query['to'] ? Date.parse(query['to']) - Date.parse(query['from']) : 3_600e3;
  return Math.min(30e3, Math.max(1e3, length / 1800));
}
