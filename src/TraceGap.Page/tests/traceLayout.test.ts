import { describe, expect, it } from 'vitest';
import type { SpanEntry, TraceReport } from '../src/api/types';
import { layOut, ticks, visibleRows } from '../src/lib/traceLayout';

const base = 1_795_255_103_602_874_100n;

function span(id: string, parent: string | null, start: number, end: number, more: Partial<SpanEntry> = {}): SpanEntry {
  return {
    spanId: id,
    parentSpanId: parent,
    treeParentSpanId: parent,
    name: id,
    kind: 'internal',
    service: 'shop',
    layer: 'inference',
    layerRule: 'tag',
    stepId: null,
    verdict: 'ok',
    verdictSignal: '',
    errorType: null,
    startUnixNano: String(base + BigInt(start) * 1_000_000n),
    endUnixNano: String(base + BigInt(end) * 1_000_000n),
    shiftNano: '0',
    attributes: {},
    ...more,
  };
}

function trace(spans: SpanEntry[], more: Partial<TraceReport> = {}): TraceReport {
  return {
    traceId: 'a'.repeat(32),
    workflow: 'w',
    outcome: 'ok',
    outcomeSource: 'root',
    startUnixNano: String(base),
    endUnixNano: String(base),
    durationMs: 10,
    revision: 1,
    defects: [],
    spans,
    steps: [],
    criticalPath: [],
    timedOrder: [],
    layers: [],
    failure: null,
    ...more,
  };
}

describe('layOut', () => {
  it('puts children below their parents in order of start, with the number of rows below each', () => {
    const { rows } = layOut(trace([span('root', null, 0, 10), span('late', 'root', 5, 9), span('early', 'root', 1, 4), span('leaf', 'early', 2, 3)]));
    expect(rows.map((row) => [row.span.spanId, row.depth, row.descendants])).toEqual([
      ['root', 0, 3],
      ['early', 1, 1],
      ['leaf', 2, 0],
      ['late', 1, 0],
    ]);
  });

  it('shows spans whose parent is not there, and those that are their own', () => {
    const { rows } = layOut(trace([span('orphan', 'nobody', 3, 4), span('self', 'self', 1, 2)]));
    expect(rows.map((row) => row.span.spanId)).toEqual(['self', 'orphan']);
  });

  it('keeps nanoseconds apart and adds the shift of skewed clocks', () => {
    const { rows, total } = layOut(trace([span('root', null, 0, 10), span('skewed', 'root', -5, 1, { shiftNano: '6000001' })]));
    expect(rows[1]!.start).toBeCloseTo(1.000001, 9);
    expect(total).toBeCloseTo(10, 9);
  });

  it('takes a chain of 20,000 spans', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => span(`s${index}`, index === 0 ? null : `s${index - 1}`, index, 30_000));
    const { rows } = layOut(trace(chain));
    expect(rows.at(-1)!.depth).toBe(19_999);
    expect(rows[0]!.descendants).toBe(19_999);
  });

  it('marks attempts, recovered failures and segments', () => {
    const { rows } = layOut(
      trace([span('first', null, 0, 4, { stepId: 'first', verdict: 'failed' }), span('second', null, 5, 10, { stepId: 'first' })], {
        steps: [
          { stepId: 'first', parentStepId: null, layer: 'inference', stepKey: 'k', operation: 'o', verdict: 'failed', ownFailure: true, recovered: true, attempts: [{ spanId: 'first', verdict: 'failed' }, { spanId: 'second', verdict: 'ok' }] },
        ],
        criticalPath: [{ spanId: 'first', layer: 'inference', kind: 'wait', startUnixNano: String(base + 1_000_000n), endUnixNano: String(base + 2_000_000n) }],
      }),
    );
    expect(rows[0]).toMatchObject({ attempt: { number: 1, of: 2 }, isOwnFailure: true, isRecovered: true, segments: [{ kind: 'wait', start: 1, end: 2 }] });
    expect(rows[1]).toMatchObject({ attempt: { number: 2, of: 2 }, isOwnFailure: false });
  });
});

describe('visibleRows', () => {
  const { rows } = layOut(trace([span('root', null, 0, 10), span('a', 'root', 1, 4), span('b', 'a', 2, 3), span('c', 'root', 5, 9)]));

  it('leaves out what is below a folded row', () => expect(visibleRows(rows, new Set(['a'])).map((row) => row.span.spanId)).toEqual(['root', 'a', 'c']));
  it('folds in folds', () => expect(visibleRows(rows, new Set(['root', 'a'])).map((row) => row.span.spanId)).toEqual(['root']));
});

describe('ticks', () => {
  it('are round and at most as many as asked for', () => {
    expect(ticks(59.7, 6)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(ticks(0.4, 4).at(-1)).toBeCloseTo(0.4, 12);
    for (const total of [1e-6, 0.003, 1, 7, 99, 12_345, 8e8]) {
      expect(ticks(total, 8).length).toBeLessThanOrEqual(9);
    }
  });
});
