// A RAG agent without a framework: the OpenAI client in a loop, and tools on an MCP server, over the MCP SDK's client and streamable HTTP.
'use strict';
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { readOptions } = require('./run/options');
const { startTelemetry } = require('./run/telemetry');

const options = readOptions(['otel', 'openllmetry']);
const mcpTracing = options.instrumentation === 'openllmetry' ? new (require('@traceloop/instrumentation-mcp').McpInstrumentation)() : undefined;
const telemetry = startTelemetry('mcp-agent', options, instrumentations(), (url) => url === '/ask');
// As its documentation says; by itself it does not find the SDK's CommonJS build.
mcpTracing?.manuallyInstrument(require('@modelcontextprotocol/sdk/client/index.js'));

const { OpenAI } = require('openai');
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { main, runAgent } = require('./run/agent');
const { post } = require('./loopback/store');

const TOOLS = [{
  type: 'function',
  function: { name: 'look_up_order', description: 'Tells the state of an order.', parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] } },
}];

function instrumentations() {
  // Two that tell of the client's calls cannot be had: the one that is loaded last takes the other's place.
  return mcpTracing
    ? [new (require('@traceloop/instrumentation-openai').OpenAIInstrumentation)(), mcpTracing]
    : [new (require('@opentelemetry/instrumentation-openai').OpenAIInstrumentation)()];
}

async function startMcpServer(orderBook) {
  const server = fork(path.join(__dirname, 'loopback', 'mcp-server.js'), [options.otlp, orderBook.url]);
  const [{ url }] = await once(server, 'message');
  const stop = async () => {
    server.send('stop');
    const [{ spans }] = await once(server, 'message');
    return spans;
  };
  return { url, stop };
}

const answerWith = (mcp) => ({ ledger, endpoint, vectorStore }) => {
  const openai = new OpenAI({ apiKey: 'none', baseURL: `${endpoint.url}/v1`, maxRetries: options.retry === 'client' ? options.attempts - 1 : 0, timeout: 2_000 });

  const retrieve = (run, question) => ledger.of(run).step('retrieval', 'POST /search', () => post(vectorStore.url, { run, question }));

  const chat = (run, messages) => ledger.of(run).step('inference', 'chat gpt-4o-mini', async () => {
    const completion = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages, tools: TOOLS });
    return completion.choices[0].message;
  });

  // The session is opened when a tool is needed, and is part of the call.
  const callTool = (run, { name, arguments: given }) => ledger.of(run).step('tool_call', name, async () => {
    const client = new Client({ name: 'mcp-agent', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(mcp.url)));
    try {
      const result = await client.callTool({ name, arguments: { run, ...JSON.parse(given) } });
      if (result.isError) {
        throw new Error(result.content[0].text);
      }
      return result.content[0].text;
    } finally {
      await client.close();
    }
  });

  return async (run, question) => {
    const { documents } = await retrieve(run, question);
    const messages = [{ role: 'user', content: `[run ${run}] [stage inference] Answer from ${documents.join(' ')}: ${question}` }];
    for (let round = 0; round < 4; round++) {
      const message = await chat(run, messages);
      if (!message.tool_calls) {
        return message.content;
      }
      messages.push(message);
      for (const call of message.tool_calls) {
        messages.push({ role: 'tool', tool_call_id: call.id, content: await callTool(run, call.function) });
      }
    }
    throw new Error('no answer after four rounds');
  };
};

main(() => {
  let mcp;
  let ofServer = 0;
  const both = {
    shutdown: async () => {
      await telemetry.shutdown();
      ofServer = await mcp.stop();
    },
    spans: () => telemetry.spans() + ofServer,
  };
  return runAgent(`mcp/${options.instrumentation}`, options, both, async (context) => {
    mcp = await startMcpServer(context.orderBook);
    return answerWith(mcp)(context);
  });
});
