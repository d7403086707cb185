import type { Report } from '../api/types';

/** One bar of the waterfall: a level that stands on the ground, or a term that leads from one level to the next. */
export interface GapBar {
  readonly name: string;
  readonly explanation: string;
  readonly kind: 'level' | 'gain' | 'loss';
  readonly from: number;
  readonly to: number;
  /** What is told: the level, or the term as the report has it, which `to − from` is only to rounding. */
  readonly value: number;
}

/** The way from the mean of the parts to the whole: every term as the report has it, so that the last bar is what is observed. Null without data. */
export function gapBars(reliability: Report['reliability']): GapBar[] | null {
  const { perStepMean, decomposition, theoreticalPerAttempt, theoretical, observed } = reliability;
  const { retries, dependence, recovered, silent } = decomposition;
  const known = [perStepMean, theoreticalPerAttempt.value, theoretical.value, observed.value, retries, dependence, recovered, silent];
  if (!known.every((value) => value !== null)) {
    return null;
  }
  const bars: GapBar[] = [];
  let level = perStepMean!;
  const stand = (name: string, value: number, explanation: string): void => {
    level = value;
    bars.push({ name, explanation, kind: 'level', from: 0, to: value, value });
  };
  const move = (name: string, change: number, explanation: string): void => {
    bars.push({ name, explanation, kind: change < 0 ? 'loss' : 'gain', from: level, to: level + change, value: change });
    level += change;
  };
  stand('Per-step mean', perStepMean!, 'Own successes of all steps, divided by all steps: how good the parts are.');
  move('Many steps', theoreticalPerAttempt.value! - perStepMean!, 'First attempts of all steps on the path multiply to this.');
  move('Retries', retries!, 'What repeating failed attempts gains.');
  stand('Theoretical', theoretical.value!, "What the steps' own reliabilities multiply to.");
  move('Dependence', dependence!, 'Failures that cluster (+) or exclude each other (−).');
  move('Recovered', recovered!, 'Failed steps that the run survived: fallback, redundancy, caught.');
  move('Silent', silent!, 'Requests lost with no step to blame.');
  stand('Observed', observed.value!, 'Requests that gave what was asked for.');
  return bars;
}
