import { describe, expect, it } from 'vitest';
import type { Report } from '../src/api/types';
import { gapBars } from '../src/lib/gap';

const reliability: Report['reliability'] = {
  observed: { value: 0.7865, low: 0.74, high: 0.83, worst: 0.7865, best: 0.7865 },
  theoretical: { value: 0.8138, low: 0.77, high: 0.85 },
  divergence: { value: -0.0273, low: -0.06, high: 0, worst: -0.0273, best: -0.0273, significant: false },
  upperBound: false,
  pathSample: 356,
  perStepMean: 0.9774,
  coordinationGap: 0.1909,
  theoreticalPerAttempt: { value: 0.7453, low: 0.7, high: 0.79 },
  decomposition: { retries: 0.0685, dependence: 0.0008, recovered: 0.0253, silent: -0.0534 },
  advertised: null,
  passK: [],
  layerLosses: [
    { layer: 'retrieval', lost: 0.05, perStep: 0.004 },
    { layer: 'inference', lost: 0.02, perStep: 0.0026 },
    { layer: 'tool_call', lost: 0.1162, perStep: 0.016 },
  ],
};

describe('gapBars', () => {
  it('leads from the mean of the parts to what is observed, each term from where the one before ended', () => {
    const bars = gapBars(reliability)!;
    expect(bars.map((bar) => bar.name)).toEqual(['Per-step mean', 'Retrieval', 'Inference', 'Tool call', 'Theoretical', 'Dependence', 'Recovered', 'Silent', 'Observed']);
    for (let index = 1; index < bars.length; index++) {
      if (bars[index]!.kind === 'level') {
        expect(bars[index]!.to).toBeCloseTo(bars[index - 1]!.to, 12);
      } else {
        expect(bars[index]!.from).toBeCloseTo(bars[index - 1]!.to, 12);
      }
    }
    expect(bars.find((bar) => bar.name === 'Silent')!.value).toBe(reliability.decomposition.silent);
    expect(bars.at(-2)!.to).toBeCloseTo(0.7865, 12);
    expect(bars.filter((bar) => bar.kind === 'loss').map((bar) => bar.name)).toEqual(['Retrieval', 'Inference', 'Tool call', 'Silent']);
  });

  it('is null without data', () => expect(gapBars({ ...reliability, perStepMean: null })).toBeNull());
});
