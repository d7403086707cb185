import type { Report } from '../api/types';
import { percent, words } from './format';

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

/**
 * The way from the mean of the parts to the whole: every term as the report has it, so that the last bar is what is observed. What a layer loses counts beyond what it takes from the mean of the
 * parts, so that layers lead from there to theoretical. Null without data.
 */
export function gapBars(reliability: Report['reliability']): GapBar[] | null {
  const { perStepMean, decomposition, theoretical, observed, layerLosses } = reliability;
  const { dependence, recovered, silent } = decomposition;
  const known = [perStepMean, theoretical.value, observed.value, dependence, recovered, silent];
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
  for (const { layer, lost, perStep } of layerLosses) {
    const name = words(layer);
    move(name.charAt(0).toUpperCase() + name.slice(1), perStep - lost, `A request meets many steps: ${percent(lost)} would be lost here first,\nof which the mean of the parts already tells ${percent(perStep)}.`);
  }
  stand('Theoretical', theoretical.value!, "What the steps' own reliabilities multiply to.");
  move('Dependence', dependence!, 'Failures that cluster (+) or exclude each other (−).');
  move('Recovered', recovered!, 'Failed steps that the run survived: fallback, redundancy, caught.');
  move('Silent', silent!, 'Requests lost with no step to blame.');
  stand('Observed', observed.value!, 'Requests that gave what was asked for.');
  return bars;
}
