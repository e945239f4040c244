// bench_index.mjs TOOL - reading the events of a chain from its beginning: the
// index of services/chain beside ethers and viem, one after the other, over the
// same node, the same events and ranges as long. EVENTS= how many (200000), RUNS=
// of each (3). Prints events a second, and seconds of CPU of the client alone. The
// last one makes nothing of the answers: less work cannot be done in JavaScript.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { id, JsonRpcProvider } from 'ethers'
import { createPublicClient, http, parseAbiItem } from 'viem'
import { deployBurst, startAnvil, Tool, until } from './chain.mjs'

const TOPIC = id('Transfer(address,address,uint256)')
const EVENT = parseAbiItem('event Transfer(address indexed, address indexed, uint256 indexed)')
const RANGE = 50 // blocks; there are 100 events in each

if (process.argv[2] === 'peer') {
  const [, , , name, url, address, last] = process.argv
  const started = performance.now()
  let count = 0
  const provider = name === 'ethers' && new JsonRpcProvider(url, 31337, { staticNetwork: true, batchMaxCount: 1 })
  const client = name !== 'ethers' && createPublicClient({ transport: http(url) })
  for (let at = 1; at <= Number(last); at += RANGE) {
    const end = Math.min(at + RANGE - 1, Number(last))
    const logs = name === 'ethers'
      ? await provider.getLogs({ address, topics: [TOPIC], fromBlock: at, toBlock: end })
      : name === 'viem'
        ? await client.getLogs({ address, event: EVENT, fromBlock: BigInt(at), toBlock: BigInt(end) })
        : await client.request({ method: 'eth_getLogs', params: [{ address, topics: [TOPIC], fromBlock: `0x${at.toString(16)}`, toBlock: `0x${end.toString(16)}` }] })
    count += logs.length
  }
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ events: count, seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 }))
  process.exit(0)
}

const EVENTS = Number(process.env.EVENTS || 200000)
const RUNS = Number(process.env.RUNS || 3)
const anvil = await startAnvil(['--slots-in-an-epoch', '2', '--gas-limit', '100000000'])
const address = await deployBurst(anvil, TOPIC)
const [from] = await anvil.rpc('eth_accounts')
for (let n = 0; n < EVENTS; n += 100) {
  await anvil.rpc('eth_sendTransaction', { from, to: address, gas: '0x1000000', data: '0x' + (100).toString(16).padStart(64, '0') })
}
const last = 1 + Math.ceil(EVENTS / 100)
await until('the last block', async () => await anvil.provider.getBlockNumber() === last)
await anvil.rpc('anvil_mine', '0x10')
const genesis = await anvil.rpc('eth_getBlockByNumber', '0x0', false)

const ours = async () => {
  const tool = new Tool(process.argv[2], ['--url', anvil.url, '--chain', 31337, '--from', 0, genesis.hash, '--address', address,
    '--topic', TOPIC, '--range', RANGE, '--quiet', last])
  await tool.ended
  return tool.figures
}
const peer = (name) => async () => JSON.parse(execFileSync(process.execPath,
  [fileURLToPath(import.meta.url), 'peer', name, anvil.url, address, String(last)]))
const who = { stoa: ours, ethers: peer('ethers'), viem: peer('viem'), 'JSON.parse alone': peer('json') }
const best = {}
for (let run = 0; run < RUNS; run++) {
  for (const [name, fn] of Object.entries(who)) {
    const f = await fn()
    if (f.events !== EVENTS) throw new Error(`${name}: ${f.events} events of ${EVENTS}`)
    if (best[name] === undefined || f.seconds < best[name].seconds) best[name] = f
  }
}
console.log(`${EVENTS} events in ${last} blocks, ranges of ${RANGE}, best of ${RUNS}`)
for (const [name, f] of Object.entries(best)) {
  console.log(`${name.padEnd(18)} ${Math.round(f.events / f.seconds).toString().padStart(9)} events/s ${f.seconds.toFixed(2).padStart(8)} s ` +
    `${f.cpu.toFixed(2).padStart(8)} s of CPU`)
}
process.exit(0)
