import { expect, it } from 'vitest';
import { pace } from '../src/lib/filters';
import { snippets } from '../src/lib/snippets';

it('looks at long windows less often', () => {
  expect(pace({ window: '15m' })).toBe(1000);
  expect(pace({ window: '1h' })).toBe(2000);
  expect(pace({ window: '30d' })).toBe(30_000);
  expect(pace({ from: '2026-11-21T00:00:00Z', to: '2026-11-21T02:00:00Z' })).toBe(4000);
});

it('names the server as it can be reached from where the page is read', () => {
  const all = snippets({ otlpGrpc: 'https://0.0.0.0:4317', otlpHttp: 'https://[::]:4318', needsToken: true }, 'trace.example');
  const text = Object.fromEntries(all.map((one) => [one.id, one.text]));
  expect(text['collector']).toContain('endpoint: trace.example:4317');
  expect(text['collector']).toContain('insecure: false');
  expect(text['python']).toContain('https://trace.example:4318/v1/traces');
  expect(all.every((one) => one.text.includes('TOKEN'))).toBe(true);
});
