import { operationOf, words } from './format';
import { separator } from './separator';

/** Filters of a trace search, by the names that the API gives them. */
export const searchKeys = ['outcome', 'layer', 'step', 'errorType', 'minDuration', 'maxDuration', 'attribute'] as const;

/** In place of a step: failures with no step to blame. */
export const silent = 'silent';

/** A filter that is set: what it says, and what the address is without it. */
export interface Chip {
  readonly text: string;
  readonly without: Record<string, string | undefined>;
}

type Filters = Readonly<Record<string, string | undefined>>;

/** The attributes that are asked for, each `key=value`. */
export function attributesOf(query: Filters): string[] {
  return query['attribute']?.split(separator) ?? [];
}

/** The address with one attribute more. */
export function withAttribute(query: Filters, attribute: string): string {
  return [...new Set([...attributesOf(query), attribute])].join(separator);
}

export function chipsOf(query: Filters): Chip[] {
  const chips: Chip[] = [];
  const add = (key: string, text: (value: string) => string): void => {
    const value = query[key];
    if (value) {
      chips.push({ text: text(value), without: { [key]: undefined } });
    }
  };
  add('outcome', (value) => value);
  add('layer', (value) => `failed in ${words(value)}`);
  add('step', (value) => (value === silent ? 'failed with no step to blame' : `failed in ${operationOf(value, layerOf(value))}`));
  add('errorType', (value) => `error ${value}`);
  add('minDuration', (value) => `at least ${value}`);
  add('maxDuration', (value) => `at most ${value}`);
  const attributes = attributesOf(query);
  for (const attribute of attributes) {
    chips.push({ text: attribute, without: { attribute: attributes.filter((one) => one !== attribute).join(separator) || undefined } });
  }
  return chips;
}

/** A step key is service, layer, operation. */
function layerOf(step: string): string {
  return step.split('/')[1] ?? '';
}
