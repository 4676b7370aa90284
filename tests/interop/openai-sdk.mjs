// SPDX-FileCopyrightText: 2026 The MetaClaw authors
// SPDX-License-Identifier: MIT
// One scenario of the official OpenAI SDK: node openai-sdk.mjs SCENARIO BASE_URL
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [scenario, baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'local', maxRetries: 0, timeout: 20000 });
const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'The weather in a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const question = [
  { role: 'system', content: 'You are an agent.' },
  { role: 'user', content: 'What is the weather in Paris?' },
];

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

async function loop(ask) {
  const messages = [...question];
  for (let turn = 0; turn < 5; turn++) {
    const message = await ask({ model: 'm', messages, tools });
    messages.push(message);
    if (!message.tool_calls?.length) {
      assert.ok(message.content, 'the last message has words');
      assert.ok(turn > 0, 'a tool was called');
      return;
    }
    for (const call of message.tool_calls) {
      assert.equal(call.function.name, 'get_weather');
      JSON.parse(call.function.arguments);
      messages.push({ role: 'tool', tool_call_id: call.id, content: 'sunny, 20 degrees' });
    }
  }
  throw new Error('the loop did not end');
}

const scenarios = {
  async loop() {
    await loop(async (body) => (await client.chat.completions.create(body)).choices[0].message);
  },
  async stream_helper() {
    await loop(async (body) => {
      let pieces = 0;
      const stream = client.chat.completions.stream(body);
      stream.on('chunk', () => pieces++);
      const completion = await stream.finalChatCompletion();
      assert.ok(pieces > 1, 'it came in pieces');
      return completion.choices[0].message;
    });
  },
  async run_tools() {
    const runner = client.chat.completions.runTools({
      model: 'm',
      messages: question,
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            ...tools[0].function,
            parse: JSON.parse,
            function: async () => 'sunny',
          },
        },
      ],
    });
    assert.ok(await runner.finalContent());
  },
  async usage() {
    const seen = [];
    const body = { model: 'm', messages: question, stream: true };
    for await (const chunk of await client.chat.completions.create(body)) seen.push(chunk);
    assert.ok(seen.every((chunk) => !chunk.usage && chunk.choices.length > 0), 'no usage unasked');
    const asked = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream_options: { include_usage: true } }))
      asked.push(chunk);
    assert.ok(asked.at(-1).usage.total_tokens > 0);
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.equal(ids.length, 1);
  },
  async embeddings() {
    const answer = await client.embeddings.create({ model: 'm', input: ['one', 'two'] });
    assert.equal(answer.data.length, 2);
    assert.ok(answer.data[0].embedding.length > 0);
  },
  async abort() {
    const stream = client.chat.completions.stream({ model: 'm', messages: question });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta?.content) break;
    }
    stream.abort();
  },
  async abort_before_the_first_byte() {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const error = await failure(
      client.chat.completions.create({ model: 'm', messages: question }, { signal: controller.signal }),
    );
    assert.ok(error instanceof OpenAI.APIUserAbortError);
  },
  async bad_key() {
    const error = await failure(client.chat.completions.create({ model: 'm', messages: question }));
    assert.ok(error instanceof OpenAI.InternalServerError, String(error));
    assert.equal(error.status, 503);
    assert.equal(error.code, 'upstream_auth');
    assert.match(error.message, /key/);
  },
  async overflow() {
    const error = await failure(client.chat.completions.create({ model: 'm', messages: question, stream: true }));
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.equal(error.code, 'context_length_exceeded');
    assert.match(error.message, /maximum context length/);
  },
  async rate_limit() {
    const error = await failure(client.chat.completions.create({ model: 'm', messages: question }));
    assert.ok(error instanceof OpenAI.RateLimitError, String(error));
    assert.equal(error.headers.get('retry-after'), '7');
  },
  async cut() {
    const stream = client.chat.completions.stream({ model: 'm', messages: question });
    const error = await failure(stream.finalChatCompletion());
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.ok(error.message.length > 5, 'the error says something');
  },
  async slow() {
    const stream = client.chat.completions.stream({ model: 'm', messages: question });
    assert.equal(await stream.finalContent(), 'late words');
  },
};

await scenarios[scenario]();
