import { api, type Query } from '../../api/client';
import type { TimeSeries } from '../../api/types';
import { pace } from '../../lib/filters';
import { count, duration, percent } from '../../lib/format';
import { Resource } from '../../lib/resource.svelte';
import { router } from '../../lib/router.svelte';

/** What can be shown over time. */
export const charts = {
  reliability: { name: 'Reliability', metric: 'observed,theoretical', title: 'Observed against theoretical', format: (value: number | null) => percent(value) },
  latency: { name: 'Latency', metric: 'p50,p95,p99', title: 'End-to-end latency', format: duration },
  traffic: { name: 'Traffic', metric: 'ok,failed', title: 'Finished traces', format: (value: number | null) => count(value) },
};
export type Choice = keyof typeof charts;

/** What the address says is shown. */
export function choice(): Choice {
  const chosen = router.current.query['chart'] ?? '';
  return chosen in charts ? (chosen as Choice) : 'reliability';
}

/** The series that are shown. */
export function overTime(query: () => Query): Resource<TimeSeries> {
  return new Resource(() => {
    const asked = { ...query(), metric: charts[choice()].metric };
    return { key: JSON.stringify(asked), pace: pace(asked), ask: (signal) => api.series(asked, signal) };
  });
}
