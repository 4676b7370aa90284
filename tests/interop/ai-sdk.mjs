// SPDX-FileCopyrightText: 2026 The MetaClaw authors
// SPDX-License-Identifier: MIT
// One scenario of the Vercel AI SDK: node ai-sdk.mjs SCENARIO BASE_URL
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const [scenario, baseURL] = process.argv.slice(2);
const provider = createOpenAICompatible({ name: 'metaclaw', baseURL, apiKey: 'local' });
const options = () => ({
  model: provider('m'),
  maxRetries: 0,
  stopWhen: stepCountIs(5),
  prompt: 'What is the weather in Paris?',
});
let calls = 0;
const tools = {
  get_weather: tool({
    description: 'The weather in a city',
    inputSchema: z.object({ city: z.string() }),
    execute: async () => {
      calls++;
      return 'sunny';
    },
  }),
};

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

const scenarios = {
  async loop() {
    const { text } = await generateText({ ...options(), tools });
    assert.ok(text);
    assert.ok(calls > 0, 'the tool was called');
  },
  async stream() {
    const result = streamText({ ...options(), tools });
    let pieces = 0;
    for await (const piece of result.textStream) pieces += piece.length > 0;
    assert.ok(pieces > 0);
    assert.ok(calls > 0, 'the tool was called');
    assert.equal(await result.finishReason, 'stop');
  },
  async abort() {
    const controller = new AbortController();
    const result = streamText({ ...options(), abortSignal: controller.signal, onError() {} });
    for await (const piece of result.textStream) {
      if (piece) break;
    }
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 200));
  },
  async bad_key() {
    const error = await failure(generateText(options()));
    assert.ok(APICallError.isInstance(error), String(error));
    assert.equal(error.statusCode, 503);
    assert.match(error.message, /key/);
  },
  async cut() {
    const errors = [];
    const result = streamText({ ...options(), onError: ({ error }) => errors.push(error) });
    await result.consumeStream({ onError: (error) => errors.push(error) });
    assert.ok(errors.length > 0, 'the cut was noticed');
  },
  async slow() {
    const { text } = streamText(options());
    assert.equal(await text, 'late words');
  },
  async embeddings() {
    const { embeddings } = await embedMany({ model: provider.embeddingModel('m'), values: ['one', 'two'] });
    assert.equal(embeddings.length, 2);
  },
};

await scenarios[scenario]();
