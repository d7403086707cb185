import type { Alert, AlertList, AlertNotice } from '../api/types';
import { percent, points } from './format';

interface RuleLook {
  readonly name: string;
  readonly meaning: string;
  /** What its value and threshold are: a part of all requests or of all time, or a multiple of what is normal. */
  readonly unit: 'share' | 'multiple';
}

const looks: Record<string, RuleLook> = {
  divergence: { name: 'Divergence', meaning: 'More requests fail than what the steps multiply to explains.', unit: 'share' },
  silent: { name: 'Silent loss', meaning: 'Requests fail with no step to blame; recovery elsewhere cannot hide it.', unit: 'share' },
  shift: { name: 'Shift', meaning: 'More requests fail beyond what the steps explain than in the week before.', unit: 'share' },
  burn_rate: { name: 'Burn rate', meaning: 'The error budget of the objective is being spent too fast.', unit: 'multiple' },
  slow_burn: { name: 'Slow burn', meaning: 'The error budget of the objective will not last.', unit: 'multiple' },
  p99: { name: 'Slow requests', meaning: 'The slowest requests take longer than in the week before.', unit: 'multiple' },
  layer_share: { name: 'Layer share', meaning: 'A layer takes a greater part of the time than in the week before.', unit: 'share' },
};

/** How a rule is shown; one that this page does not know goes by its name. */
export function ruleLook(rule: string): RuleLook {
  const name = rule.replaceAll('_', ' ');
  return looks[rule] ?? { name: name.charAt(0).toUpperCase() + name.slice(1), meaning: '', unit: 'multiple' };
}

/** A value of a rule, in its unit. */
export function ruleValue(rule: string, value: number | null): string {
  return ruleLook(rule).unit === 'share' ? points(value) : value === null ? '–' : `× ${Number(value.toPrecision(3))}`;
}

/** What a rule tolerates, in its unit. */
export function ruleThreshold(rule: string, threshold: number): string {
  return ruleLook(rule).unit === 'share' ? percent(threshold) : `× ${Number(threshold.toPrecision(3))}`;
}

export function firing(list: AlertList | null, workflow = ''): Alert[] {
  return list?.alerts.filter((alert) => alert.status === 'firing' && (workflow === '' || alert.workflow === workflow)) ?? [];
}

/** When an alert was last told to whom: the newest notification to each receiver. */
export function toldOf(alert: Alert, history: readonly AlertNotice[]): AlertNotice[] {
  const newest = new Map<string, AlertNotice>();
  for (const notice of history) {
    if (notice.alert.workflow === alert.workflow && notice.alert.rule === alert.rule && !newest.has(notice.receiver)) {
      newest.set(notice.receiver, notice);
    }
  }
  return [...newest.values()].toSorted((a, b) => a.receiver.localeCompare(b.receiver));
}

/** What came of telling a receiver, beyond its state: how often it was tried, and what went wrong last. */
export function triesOf(notice: AlertNotice): string {
  const tries = notice.delivery === 'delivered' || notice.attempts === 0 ? '' : notice.attempts === 1 ? 'tried once' : `tried ${notice.attempts} times`;
  return [tries, notice.problem ?? ''].filter(Boolean).join(': ');
}

/** Start of the window that the address names, milliseconds; and its end. */
export function windowOf(query: Readonly<Record<string, string | undefined>>, now: number): { from: number; to: number } {
  const [, amount, unit] = /^(\d+)(m|h|d|w)$/.exec(query['window'] ?? '') ?? [];
  const length = { m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 }[unit ?? 'h'] ?? 3_600e3;
  return query['from'] && query['to'] ? { from: Date.parse(query['from']), to: Date.parse(query['to']) } : { from: now - Number(amount ?? 1) * length, to: Number.POSITIVE_INFINITY };
}
