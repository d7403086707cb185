/** An amount in a currency that the user named: two decimals, or as many more as show three digits of a small one. */
export function money(amount: number | null | undefined, currency: string): string {
  if (amount === null || amount === undefined) {
    return '–';
  }
  const size = Math.abs(amount);
  const decimals = size === 0 || size >= 1 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(size)));
  const text = amount.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replaceAll(',', '\u202f').replace('-', '−');
  return `${text} ${currency}`;
}

/** A large count in three digits: 2.30 M. */
export function compact(value: number): string {
  return value < 10_000 ? value.toLocaleString('en-US').replaceAll(',', '\u202f') : value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).replace(/([A-Z])$/, '\u202f$1');
}
