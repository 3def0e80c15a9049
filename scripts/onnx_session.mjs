// Runs ONNX models with onnxruntime-node, one thread: tests compare answers with it, bench/ compares speed.
//
//   node scripts/onnx_session.mjs FOLDER     FOLDER: where scripts/onnxruntime.sh has installed it
//
// Each line of standard input is a request, and gets one line of standard output:
//   {"model": FILE, "feeds": {NAME: {"type", "dims", "data"}}, "calls": N}
//   {"outputs": {NAME: {"dims", "data"}}, "milliseconds": [...]}      or {"error": MESSAGE}
// Milliseconds are the processor's, of each of `calls` further calls (0 where it is missing).
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.argv[2]}/`);
const { InferenceSession, Tensor } = require('onnxruntime-node');
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 };
const sessions = new Map(); // by file

async function sessionOf(file) {
  if (!sessions.has(file)) sessions.set(file, await InferenceSession.create(file, options));
  return sessions.get(file);
}

function tensorOf({ type, dims, data }) {
  return new Tensor(type, type === 'int64' ? BigInt64Array.from(data.map(BigInt)) : Float32Array.from(data), dims);
}

function tensors(feeds) {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]));
}

async function timed(session, feeds) {
  const before = process.cpuUsage();
  await session.run(feeds);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

async function answer({ model, feeds, calls = 0 }) {
  const session = await sessionOf(model);
  const inputs = tensors(feeds);
  const results = await session.run(inputs);
  const milliseconds = [];
  for (let call = 0; call < calls; ++call) milliseconds.push(await timed(session, inputs));
  const outputs = Object.entries(results).map(([name, { dims, data }]) => [name, { dims, data: Array.from(data) }]);
  return { outputs: Object.fromEntries(outputs), milliseconds };
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line)).catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
