import { words } from './format';

/** How a layer is shown. Colours are told apart with any colour vision (after Okabe and Ito 2008); the sign tells it without colour. */
export interface LayerLook {
  readonly name: string;
  readonly sign: string;
  readonly light: string;
  readonly dark: string;
}

const looks: Record<string, LayerLook> = {
  ingress: { name: 'ingress', sign: 'IN', light: '#4f9fd0', dark: '#6bb8e6' },
  retrieval: { name: 'retrieval', sign: 'RE', light: '#0b8f6b', dark: '#2bb98f' },
  orchestration: { name: 'orchestration', sign: 'OR', light: '#d98a00', dark: '#f0ab3c' },
  inference: { name: 'inference', sign: 'IF', light: '#1d5fae', dark: '#4d8fe0' },
  tool_call: { name: 'tool call', sign: 'TO', light: '#b8588f', dark: '#dd86b6' },
  assembly: { name: 'assembly', sign: 'AS', light: '#c1a400', dark: '#e6d14a' },
  unattributed: { name: 'unattributed', sign: '??', light: '#7b8494', dark: '#8d97a8' },
};

const others = [
  ['#c4552d', '#e58360'],
  ['#6a5acd', '#9b8ff0'],
  ['#4f7d2a', '#8bbb62'],
] as const;

/** The look of a layer; those that a taxonomy adds get colours by their name. */
export function layerLook(layer: string): LayerLook {
  const known = looks[layer];
  if (known) {
    return known;
  }
  let hash = 0;
  for (const character of layer) {
    hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  }
  const [light, dark] = others[hash % others.length]!;
  return { name: words(layer), sign: layer.slice(0, 2).toUpperCase(), light, dark };
}

export const layerOrder = Object.keys(looks);

export const kinds = ['compute', 'movement', 'handoff', 'wait'] as const;
export type Kind = (typeof kinds)[number];

export const kindText: Record<Kind, string> = {
  compute: 'computing',
  movement: 'moving data',
  handoff: 'handing over',
  wait: 'waiting',
};
