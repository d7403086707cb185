// A six-stage RAG agent on LangGraph: HTTP entry, plan, retrieval, generation (or specialists side by side or in a row), a tool, assembly.
'use strict';
const { readOptions } = require('./run/options');

const options = readOptions(['openinference', 'openllmetry', 'double', 'double-openinference', 'double-openllmetry']);
const telemetry = startInstrumented();

const { BaseRetriever } = require('@langchain/core/retrievers');
const { tool } = require('@langchain/core/tools');
const { Annotation, Command, END, MemorySaver, START, StateGraph, interrupt } = require('@langchain/langgraph');
const { ChatOpenAI, OpenAIEmbeddings } = require('@langchain/openai');
const { z } = require('zod');
const { main, runAgent } = require('./run/agent');
const { pause } = require('./run/pause');
const { post } = require('./loopback/store');

const APPROVAL_MILLISECONDS = 40;

function startInstrumented() {
  const { startTelemetry } = require('./run/telemetry');
  const chosen = {
    openinference: ['@arizeai/openinference-instrumentation-langchain'],
    openllmetry: ['@traceloop/instrumentation-langchain'],
    // Two that tell of the same model calls. OpenInference's for the client never ends its span where OpenTelemetry's wraps the client too, so the pairs are tried one by one.
    double: ['@arizeai/openinference-instrumentation-langchain', '@opentelemetry/instrumentation-openai'],
    'double-openllmetry': ['@traceloop/instrumentation-langchain', '@traceloop/instrumentation-openai'],
    'double-openinference': ['@arizeai/openinference-instrumentation-langchain', '@arizeai/openinference-instrumentation-openai'],
  }[options.instrumentation].map((name) => Object.entries(require(name)).find(([key]) => key.endsWith('Instrumentation'))[1]);
  const instrumentations = chosen.map((Instrumentation) => new Instrumentation());
  const started = startTelemetry('rag-agent', options, instrumentations, (url) => url === '/ask');
  // LangChain's instrumentations are handed the module that they change; the others find theirs as it is loaded.
  const callbackManagerModule = require('@langchain/core/callbacks/manager');
  if (options.instrumentation.endsWith('openllmetry')) {
    instrumentations[0].manuallyInstrument({ callbackManagerModule });
  } else {
    instrumentations[0].manuallyInstrument(callbackManagerModule);
  }
  return started;
}

class ShelfRetriever extends BaseRetriever {
  lc_namespace = ['agents', 'retrievers'];

  constructor(url, endpoint) {
    super();
    this.url = url;
    this.endpoint = endpoint;
  }

  async _getRelevantDocuments(question) {
    const run = Number(/\[run (\d+)\]/.exec(question)[1]);
    // A client of its own for each run: a shared one queues calls beyond two and makes those in the context of the call before, so that their HTTP spans land in another run's trace.
    const embeddings = new OpenAIEmbeddings({ apiKey: 'none', configuration: { baseURL: `${this.endpoint.url}/v1` }, maxRetries: 0 });
    const vector = await embeddings.embedQuery(question);
    const { documents } = await post(this.url, { run, vector });
    return documents.map((pageContent) => ({ pageContent, metadata: {} }));
  }
}

function buildModel(endpoint, name) {
  return new ChatOpenAI({
    model: name,
    apiKey: 'none',
    configuration: { baseURL: `${endpoint.url}/v1` },
    maxRetries: options.retry === 'client' ? options.attempts - 1 : 0,
    timeout: 2_000,
  });
}

function buildGraph({ dice, ledger, endpoint, vectorStore, orderBook }) {
  const first = buildModel(endpoint, 'gpt-4o-mini');
  const model = options.fallback === 'model' ? first.withFallbacks([buildModel(endpoint, 'gpt-4o')]) : first;
  const retriever = new ShelfRetriever(vectorStore.url, endpoint);
  const lookUpOrder = tool(({ run, order }) => post(orderBook.url, { run, order }).then(JSON.stringify), {
    name: 'look_up_order',
    description: 'Tells the state of an order.',
    schema: z.object({ run: z.number(), order: z.string() }),
  });

  const State = Annotation.Root({
    run: Annotation(), question: Annotation(), documents: Annotation(), answer: Annotation(),
    opinions: Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }),
    order: Annotation(),
  });

  // A node's work is booked as the node's step; what a framework retries is booked as retried.
  const retried = options.retry === 'node';
  const node = (layer, name, work) => (state, config) => ledger.of(state.run).step(layer, name, () => work(state, config), { retried });
  const fail = (layer, name, run) => {
    if (dice.fails(layer, run, ledger.of(run).timesBegun(name))) {
      throw new Error(`${name} could not be done`);
    }
  };
  const ask = (state, stage, config) => ledger.of(state.run).step('inference', 'ChatOpenAI', async () => {
    const prompt = `[run ${state.run}] [stage ${stage}] Answer from ${state.documents.join(' ')}: ${state.question}`;
    if (!options.stream) {
      return (await model.invoke(prompt, config)).content;
    }
    let text = '';
    for await (const chunk of await model.stream(prompt, config)) {
      text += chunk.content;
    }
    return text;
  });

  const nodes = {
    plan: node('orchestration', 'plan', async (state) => {
      await pause(dice.latency('orchestration', state.run));
      fail('orchestration', 'plan', state.run);
      return {};
    }),
    retrieve: node('retrieval', 'retrieve', async (state, config) =>
      ({ documents: (await retriever.invoke(`[run ${state.run}] ${state.question}`, config)).map((document) => document.pageContent) })),
    generate: node('orchestration', 'generate', async (state, config) => ({ opinions: [await ask(state, 'inference', config)] })),
    act: node('orchestration', 'act', async (state, config) => {
      if (options.approve) {
        interrupt({ order: `A-${state.run}` });
      }
      const call = ledger.of(state.run).step('tool_call', 'look_up_order', () => lookUpOrder.invoke({ run: state.run, order: `A-${state.run}` }, config), { caught: options.fallback === 'tool' });
      return { order: await (options.fallback === 'tool' ? call.catch(() => 'unknown') : call) };
    }),
    assemble: node('assembly', 'assemble', async (state) => {
      await pause(dice.latency('assembly', state.run));
      fail('assembly', 'assemble', state.run);
      return { answer: [...state.opinions, state.order].join('\n') };
    }),
  };
  for (let branch = 1; branch <= options.branches; branch++) {
    nodes[`specialist_${branch}`] = node('orchestration', `specialist_${branch}`, async (state, config) => ({ opinions: [await ask(state, `inference ${branch}`, config)] }));
  }
  return connect(new StateGraph(State), nodes);
}

function connect(graph, nodes) {
  const retryPolicy = options.retry === 'node'
    ? { maxAttempts: options.attempts, initialInterval: 10, backoffFactor: 1, jitter: false, retryOn: () => true, logWarning: false }
    : undefined;
  const branches = Object.keys(nodes).filter((name) => name.startsWith('specialist_'));
  const thinking = branches.length > 0 ? branches : ['generate'];
  for (const name of ['plan', 'retrieve', ...thinking, 'act', 'assemble']) {
    graph.addNode(name, nodes[name], { retryPolicy });
  }
  graph.addEdge(START, 'plan').addEdge('plan', 'retrieve');
  if (options.mode === 'parallel') {
    thinking.forEach((name) => graph.addEdge('retrieve', name));
    graph.addEdge(thinking, 'act');
  } else {
    ['retrieve', ...thinking, 'act'].reduce((from, to) => { graph.addEdge(from, to); return to; });
  }
  return graph.addEdge('act', 'assemble').addEdge('assemble', END).compile({ name: 'rag_agent', checkpointer: options.approve ? new MemorySaver() : undefined });
}

const answerWith = (context) => {
  const graph = buildGraph(context);
  return async (run, question) => {
    const book = context.ledger.of(run);
    const invoke = (input) => book.step('orchestration', 'rag_agent', () => graph.invoke(input, { signal: book.signal, configurable: { thread_id: String(run) } }));
    const state = await invoke({ run, question });
    if (!options.approve) {
      return state.answer;
    }
    // The graph has stopped before the tool; a person looks at the order and lets it go on.
    await pause(APPROVAL_MILLISECONDS);
    return (await invoke(new Command({ resume: true }))).answer;
  };
};

main(() => runAgent(`langgraph/${options.instrumentation}`, options, telemetry, answerWith));
