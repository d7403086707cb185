import { describe, expect, it } from 'vitest';
import { compact, money } from '../src/lib/money';

describe('money', () => {
  it.each([
    [1234.5, '1\u202f234.50 USD'],
    [1, '1.00 USD'],
    [0, '0.00 USD'],
    [0.0123456, '0.0123 USD'],
    [0.00000056, '0.000000560 USD'],
    [null, '–'],
  ])('%s is %s', (amount, text) => expect(money(amount, 'USD')).toBe(text));

  it('takes whatever currency was set', () => expect(money(2, 'credits')).toBe('2.00 credits'));
});

describe('compact', () => {
  it.each([
    [9999, '9\u202f999'],
    [15_287_718, '15.3\u202fM'],
    [447_028, '447\u202fK'],
  ])('%s is %s', (value, text) => expect(compact(value)).toBe(text));
});
