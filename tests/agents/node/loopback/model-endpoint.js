// What stands for the model provider: an OpenAI-compatible endpoint with chat completions (whole or as a stream, with tool calls) and embeddings.
// Callers say whose call it is in the text itself, "[run 7] [stage inference]", since that is all that client libraries hand on.
'use strict';
const http = require('node:http');
const { listen, pause } = require('../run/pause');

const WORDS = ['Your ', 'order ', 'is ', 'on ', 'its ', 'way.'];

class ModelEndpoint {
  constructor(options, dice) {
    this.options = options;
    this.dice = dice;
    this.attempts = new Map();
    this.calls = { chat: 0, embeddings: 0 };
    /** Called with the run whose asker is to hang up now. */
    this.hangUp = () => {};
  }

  async start() {
    this.server = http.createServer((request, response) => this.#answer(request, response).catch(() => response.destroy()));
    this.url = await listen(this.server);
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async #answer(request, response) {
    const body = JSON.parse(await readText(request));
    const call = this.#identify(request.url, body);
    await pause(this.dice.latency(call.stage, call.run, call.round, call.attempt));
    if (call.stage === 'inference' && this.dice.fails('hangup', call.run)) {
      this.hangUp(call.run);
      await new Promise((resolve) => request.socket.once('close', resolve));
      return;
    }
    if (this.dice.fails(call.stage, call.run, call.round, call.attempt)) {
      await this.#fail(this.dice.pick(this.options.faults, call.stage, call.run, call.round, call.attempt), request, response, body);
    } else if (request.url.endsWith('/embeddings')) {
      sendJson(response, 200, embeddings(body));
    } else if (body.stream) {
      await this.#stream(body, response);
    } else {
      sendJson(response, 200, completion(body));
    }
  }

  // Rounds of a tool loop are calls of their own, not attempts.
  #identify(url, body) {
    const text = JSON.stringify(body.messages ?? body.input);
    const run = /\[run (\d+)\]/.exec(text)?.[1] ?? '0';
    const stage = url.endsWith('/embeddings') ? 'embedding' : /\[stage ([^\]]+)\]/.exec(text)?.[1] ?? 'inference';
    const model = body.model;
    const round = (body.messages ?? []).filter((message) => message.role === 'tool').length;
    const key = [run, stage, model, round].join('/');
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    this.calls[stage === 'embedding' ? 'embeddings' : 'chat']++;
    return { run, stage: stage.split(' ')[0], round: [stage, model, round].join(' '), attempt };
  }

  async #fail(fault, request, response, body) {
    switch (fault) {
      case 'cut':
        // A stream that begins and is never ended.
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${JSON.stringify({ ...envelope(body, 'chat.completion.chunk'), choices: [{ index: 0, delta: { role: 'assistant', content: WORDS[0] }, finish_reason: null }] })}\n\n`);
        await pause(this.options.latency.inference);
        response.destroy();
        return;
      case 'timeout':
        // The client gives up first; a client that does not is let go in the end.
        await Promise.race([pause(10_000), new Promise((resolve) => request.socket.once('close', resolve))]);
        response.destroy();
        return;
      case 'malformed':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"cut');
        return;
      default: {
        const status = Number(fault);
        const error = { message: status === 429 ? 'Rate limit reached.' : 'The server had an error.', type: status === 429 ? 'requests' : 'server_error', code: null };
        sendJson(response, status, { error }, { 'retry-after-ms': '20' });
      }
    }
  }

  async #stream(body, response) {
    const chunk = (choices, more) => response.write(`data: ${JSON.stringify({ ...envelope(body, 'chat.completion.chunk'), choices, ...more })}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const { message, finish_reason } = answerTo(body);
    if (message.tool_calls) {
      chunk([{ index: 0, delta: { role: 'assistant', tool_calls: message.tool_calls.map((call, index) => ({ index, ...call })) }, finish_reason: null }]);
    } else {
      chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
      for (const word of WORDS) {
        await pause(this.options.latency.inference / WORDS.length);
        chunk([{ index: 0, delta: { content: word }, finish_reason: null }]);
      }
    }
    chunk([{ index: 0, delta: {}, finish_reason }]);
    if (body.stream_options?.include_usage) {
      chunk([], { usage: usage() });
    }
    response.end('data: [DONE]\n\n');
  }
}

// A model that has tools calls the first of them once, then answers.
function answerTo(body) {
  const last = body.messages.at(-1);
  if (body.tools?.length && last.role !== 'tool') {
    const { name } = body.tools[0].function;
    const run = /\[run (\d+)\]/.exec(JSON.stringify(body.messages))?.[1] ?? '0';
    const call = { id: `call_${run}`, type: 'function', function: { name, arguments: JSON.stringify({ order: `A-${run}` }) } };
    return { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' };
  }
  return { message: { role: 'assistant', content: WORDS.join('') }, finish_reason: 'stop' };
}

function completion(body) {
  const { message, finish_reason } = answerTo(body);
  return { ...envelope(body, 'chat.completion'), choices: [{ index: 0, message, finish_reason, logprobs: null }], usage: usage() };
}

function embeddings(body) {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const vector = Array.from({ length: 8 }, (_, index) => index / 8);
  const embedding = body.encoding_format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
  return {
    object: 'list', model: body.model, usage: { prompt_tokens: 8, total_tokens: 8 },
    data: inputs.map((_, index) => ({ object: 'embedding', index, embedding })),
  };
}

const envelope = (body, object) => ({ id: 'chatcmpl-1', object, created: 1_700_000_000, model: body.model });

const usage = () => ({ prompt_tokens: 120, completion_tokens: 12, total_tokens: 132 });

function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readText(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  return text;
}

module.exports = { ModelEndpoint };
