import { session } from './session.svelte';
import { separator } from '../lib/separator';
import type {
  AlertList,
  AlertTest,
  Comparison,
  ConcurrencyReport,
  CostReport,
  DependenceReport,
  FilterList,
  QualityReport,
  Receivers,
  Report,
  SensitivityReport,
  StoreChange,
  TimeSeries,
  TraceList,
  TraceReport,
  WhatIfReport,
  WhatIfRequest,
  WorkflowList,
} from './types';

/** The server could not answer; the message is its own where it gave one. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export type Query = Record<string, string | undefined>;

/** The address of a question; parameters without a value are left out, those with several values repeated. */
export function address(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value) {
      value.split(separator).forEach((one) => parameters.append(key, one));
    }
  }
  const text = parameters.toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

async function ask(url: string, signal?: AbortSignal, question: RequestInit = {}): Promise<Response> {
  const headers: Record<string, string> = session.token ? { authorization: `Bearer ${session.token}` } : {};
  let response: Response;
  try {
    response = await fetch(url, { ...question, headers: { ...question.headers, ...headers }, ...(signal ? { signal } : {}) });
  } catch (failure) {
    if (signal?.aborted) {
      throw failure;
    }
    throw new ApiError('The server does not answer.', 0);
  }
  if (response.status === 401 || response.status === 403) {
    session.refused(await detail(response));
  }
  if (!response.ok) {
    throw new ApiError(await detail(response), response.status);
  }
  return response;
}

const details = new WeakMap<Response, string>();

async function detail(response: Response): Promise<string> {
  const known = details.get(response);
  if (known !== undefined) {
    return known;
  }
  let text = `${response.status} ${response.statusText}`;
  try {
    const problem: unknown = await response.json();
    if (typeof problem === 'object' && problem !== null && 'detail' in problem && typeof problem.detail === 'string') {
      text = problem.detail;
    }
  } catch {
    // Not a problem document: the status says what there is to say.
  }
  details.set(response, text);
  return text;
}

async function get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  return (await ask(address(path, query), signal)).json() as Promise<T>;
}

async function post<T>(path: string, query: Query, body: unknown, signal?: AbortSignal): Promise<T> {
  const question = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return (await ask(address(path, query), signal, { method: 'POST', ...question })).json() as Promise<T>;
}

export const api = {
  report: (query: Query, signal?: AbortSignal) => get<Report>('report', query, signal),
  workflows: (query: Query, signal?: AbortSignal) => get<WorkflowList>('workflows', query, signal),
  filters: (query: Query, signal?: AbortSignal) => get<FilterList>('filters', query, signal),
  series: (query: Query, signal?: AbortSignal) => get<TimeSeries>('timeseries', query, signal),
  costs: (query: Query, signal?: AbortSignal) => get<CostReport>('costs', query, signal),
  sensitivity: (query: Query, signal?: AbortSignal) => get<SensitivityReport>('sensitivity', query, signal),
  concurrency: (query: Query, signal?: AbortSignal) => get<ConcurrencyReport>('concurrency', query, signal),
  dependence: (query: Query, signal?: AbortSignal) => get<DependenceReport>('dependence', query, signal),
  compare: (query: Query, signal?: AbortSignal) => get<Comparison>('compare', query, signal),
  whatIf: (query: Query, changes: WhatIfRequest, signal?: AbortSignal) => post<WhatIfReport>('whatif', query, changes, signal),
  alerts: (signal?: AbortSignal) => get<AlertList>('alerts', {}, signal),
  testAlerts: () => post<AlertTest>('alerts/test', {}, undefined),
  receivers: (signal?: AbortSignal) => get<Receivers>('receivers', {}, signal),
  quality: (query: Query, signal?: AbortSignal) => get<QualityReport>('quality', query, signal),
  traces: (query: Query, signal?: AbortSignal) => get<TraceList>('traces', query, signal),
  trace: (id: string, signal?: AbortSignal) => get<TraceReport>(`traces/${encodeURIComponent(id)}`, {}, signal),

  /** Changes as they happen, until the signal or the connection ends. Not an EventSource: that cannot send a token. */
  async *events(signal: AbortSignal): AsyncGenerator<StoreChange> {
    const response = await ask(address('events', {}), signal);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '));
        if (data) {
          yield JSON.parse(data.slice(6)) as StoreChange;
        }
      }
    }
  },
};
