// What an agent run can be told, the same for every agent.
'use strict';
const { parseArgs } = require('node:util');

const LAYERS = ['ingress', 'retrieval', 'orchestration', 'inference', 'tool_call', 'assembly'];

// NAME=NUMBER,NAME=NUMBER over the layers, "silent" and "hangup".
function numbers(text, option, unset) {
  const values = Object.fromEntries([...LAYERS, 'silent', 'hangup'].map((name) => [name, unset]));
  for (const pair of text.split(',').filter(Boolean)) {
    const [name, value] = pair.split('=');
    const parsed = Number(value);
    if (!(name in values) || value === undefined || !Number.isFinite(parsed) || parsed < 0) {
      throw new Error(`--${option} ${pair}: write NAME=NUMBER with a name of ${Object.keys(values).join(', ')}`);
    }
    values[name] = parsed;
  }
  return values;
}

function choice(values, option, allowed) {
  if (!allowed.includes(values[option])) {
    throw new Error(`--${option} ${values[option]}: one of ${allowed.join(', ')}`);
  }
  return values[option];
}

function count(values, option, least) {
  const parsed = Number(values[option]);
  if (!Number.isInteger(parsed) || parsed < least) {
    throw new Error(`--${option} ${values[option]}: a whole number from ${least}`);
  }
  return parsed;
}

/** Reads the command line; instrumentations are those that the agent knows, its default first. */
function readOptions(instrumentations) {
  const { values } = parseArgs({
    options: {
      otlp: { type: 'string' },
      runs: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '4' },
      instrumentation: { type: 'string', default: instrumentations[0] },
      fail: { type: 'string', default: '' },
      latency: { type: 'string', default: '' },
      faults: { type: 'string', default: '500' },
      retry: { type: 'string', default: 'none' },
      attempts: { type: 'string', default: '3' },
      fallback: { type: 'string', default: 'none' },
      branches: { type: 'string', default: '0' },
      mode: { type: 'string', default: 'serial' },
      stream: { type: 'boolean', default: false },
      approve: { type: 'boolean', default: false },
      lose: { type: 'string', default: 'none' },
    },
  });
  if (!values.otlp) {
    throw new Error('--otlp URL: where OTLP/HTTP is taken, as http://127.0.0.1:4318');
  }
  return {
    otlp: values.otlp,
    runs: count(values, 'runs', 1),
    seed: count(values, 'seed', 0),
    concurrency: count(values, 'concurrency', 1),
    instrumentation: choice(values, 'instrumentation', instrumentations),
    fail: numbers(values.fail, 'fail', 0),
    latency: numbers(values.latency, 'latency', 4),
    faults: values.faults.split(','),
    retry: choice(values, 'retry', ['none', 'node', 'client']),
    attempts: count(values, 'attempts', 1),
    fallback: choice(values, 'fallback', ['none', 'model', 'tool']),
    branches: count(values, 'branches', 0),
    mode: choice(values, 'mode', ['serial', 'parallel']),
    stream: values.stream,
    approve: values.approve,
    lose: choice(values, 'lose', ['none', 'root']),
  };
}

module.exports = { LAYERS, readOptions };
