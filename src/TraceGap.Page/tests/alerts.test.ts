import { describe, expect, it } from 'vitest';
import type { Alert, AlertNotice } from '../src/api/types';
import { ruleLook, ruleThreshold, ruleValue, toldOf, triesOf, windowOf } from '../src/lib/alerts';

const alert = { workflow: 'shop', rule: 'silent' } as Alert;

function notice(id: number, receiver: string, of: Partial<Alert> = alert): AlertNotice {
  return { id, receiver, alert: { ...alert, ...of } } as AlertNotice;
}

describe('a rule', () => {
  it('that is not known goes by its name', () => expect(ruleLook('queue_depth')).toMatchObject({ name: 'Queue depth' }));

  it('is told in its unit', () => {
    expect(ruleValue('silent', -0.0395)).toBe('−4.0 pp');
    expect(ruleThreshold('silent', 0.02)).toBe('2.0 %');
    expect(ruleValue('burn_rate', 14.4321)).toBe('× 14.4');
    expect(ruleThreshold('p99', 2)).toBe('× 2');
    expect(ruleValue('p99', null)).toBe('–');
  });
});

it('tells who was told of an alert last, each receiver once', () => {
  const history = [notice(9, 'ops'), notice(8, 'chat', { rule: 'divergence' }), notice(7, 'chat'), notice(6, 'ops'), notice(5, 'am', { workflow: 'other' })];
  expect(toldOf(alert, history).map((one) => one.id)).toEqual([7, 9]);
});

it('tells how often a receiver was tried that took nothing, and why in vain', () => {
  const told = (delivery: string, attempts: number, problem: string | null): string => triesOf({ delivery, attempts, problem } as AlertNotice);
  expect(told('pending', 0, null)).toBe('');
  expect(told('pending', 1, 'HTTP 503')).toBe('tried once: HTTP 503');
  expect(told('failed', 7, 'HTTP 400')).toBe('tried 7 times: HTTP 400');
  expect(told('delivered', 3, null)).toBe('');
});

it('reads the window of an address', () => {
  expect(windowOf({}, 10_000_000)).toEqual({ from: 6_400_000, to: Number.POSITIVE_INFINITY });
  expect(windowOf({ window: '7d' }, 0).from).toBe(-604_800_000);
  expect(windowOf({ from: '1970-01-01T00:00:01Z', to: '1970-01-01T00:00:02Z', window: '1h' }, 0)).toEqual({ from: 1000, to: 2000 });
});
