// A RAG agent on the Vercel AI SDK with experimental_telemetry: embed, then a tool loop in generateText or streamText.
'use strict';
const { readOptions } = require('./run/options');
const { startTelemetry } = require('./run/telemetry');

const options = readOptions(['aisdk', 'openinference']);
const telemetry = startTelemetry('aisdk-agent', options, [], (url) => url === '/ask', {
  // Tags the SDK's spans with its own convention too, as they end.
  openinference: (exporter, config) => new (require('@arizeai/openinference-vercel').OpenInferenceBatchSpanProcessor)({ exporter, config }),
}[options.instrumentation]);

const { createOpenAI } = require('@ai-sdk/openai');
const { embed, generateText, stepCountIs, streamText, tool } = require('ai');
const { z } = require('zod');
const { main, runAgent } = require('./run/agent');
const { post } = require('./loopback/store');

const answerWith = ({ ledger, endpoint, vectorStore, orderBook }) => {
  const openai = createOpenAI({ apiKey: 'none', baseURL: `${endpoint.url}/v1` });
  const maxRetries = options.retry === 'client' ? options.attempts - 1 : 0;
  const traced = (functionId) => ({ isEnabled: true, functionId });

  const retrieve = (run, question) => ledger.of(run).step('retrieval', 'embed', async () => {
    const { embedding } = await embed({
      model: openai.embedding('text-embedding-3-small'), value: `[run ${run}] ${question}`, maxRetries: 0, experimental_telemetry: traced('embed-question'),
    });
    return embedding;
  });

  // A search of one's own is an HTTP call like any other, and told from the others by its path.
  const search = (run, vector) => ledger.of(run).step('retrieval', 'POST /search', () => post(vectorStore.url, { run, vector }));

  // The SDK hands a tool's error to the model as text and goes on.
  const tools = (run) => ({
    look_up_order: tool({
      description: 'Tells the state of an order.',
      inputSchema: z.object({ order: z.string() }),
      execute: ({ order }) => ledger.of(run).step('tool_call', 'look_up_order', () => post(orderBook.url, { run, order }), { caught: true }),
    }),
  });

  // Each round of the loop is a model call; its retries are inside the SDK.
  const think = async (run, prompt) => {
    const failed = [];
    const settings = {
      model: countingRounds(openai.chat('gpt-4o-mini'), ledger.of(run), maxRetries > 0),
      prompt, maxRetries, abortSignal: ledger.of(run).signal, tools: tools(run), stopWhen: stepCountIs(4), experimental_telemetry: traced('answer-question'),
    };
    if (!options.stream) {
      return (await generateText(settings)).text;
    }
    const result = streamText({ ...settings, onError: ({ error }) => failed.push(error) });
    let text = '';
    for await (const part of result.textStream) {
      text += part;
    }
    if (failed.length > 0) {
      throw failed[0];
    }
    return text;
  };

  return async (run, question) => {
    const vector = await retrieve(run, question);
    const { documents } = await search(run, vector);
    const prompt = `[run ${run}] [stage inference] Answer from ${documents.join(' ')}: ${question}`;
    return ledger.of(run).step('orchestration', 'answer-question', () => think(run, prompt));
  };
};

// Books the calls that the SDK makes of a model; what is called again after it failed was retried. A stream lasts until it has ended, and may fail on the way.
function countingRounds(model, book, retried) {
  const booked = (work) => book.step('inference', 'gpt-4o-mini', work, { retried });
  const doGenerate = (...given) => booked(() => model.doGenerate(...given));
  const doStream = (...given) => new Promise((resolve, reject) => {
    booked(async () => {
      const result = await model.doStream(...given);
      const [watched, stream] = result.stream.tee();
      resolve({ ...result, stream });
      for await (const part of watched) {
        if (part.type === 'error') {
          throw part.error;
        }
      }
    }).catch(reject);
  });
  const methods = { doGenerate, doStream };
  return new Proxy(model, { get: (target, key) => methods[key] ?? Reflect.get(target, key, target) });
}

main(() => runAgent('vercel', options, telemetry, answerWith));
