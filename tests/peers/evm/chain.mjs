// chain.mjs - a chain of its own on loopback (anvil), tokens on it, and the tool
// of evm_nodes_tool.c, for the peers and benches of services/chain.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Contract, ContractFactory, JsonRpcProvider, ZeroAddress } from 'ethers'

const TOP = fileURLToPath(new URL('../../../', import.meta.url))
const ANVIL = `${TOP}contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// A small generator, so that SEED= repeats a run.
export function random (seed) {
  let s = BigInt(seed) * 0x9e3779b97f4a7c15n & 0xffffffffffffffffn
  return (below) => {
    s ^= s << 13n & 0xffffffffffffffffn
    s ^= s >> 7n
    s ^= s << 17n & 0xffffffffffffffffn
    return Number(s % BigInt(below))
  }
}

export async function until (what, isSo, ms = 60000) {
  const end = Date.now() + ms
  for (;;) {
    const so = await isSo()
    if (so) return so
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await sleep(20)
  }
}

export function freePort () {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

const children = new Set()
process.on('exit', () => { for (const child of children) child.kill('SIGKILL') })
function keep (child) {
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

export async function startAnvil (args = []) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = keep(spawn(ANVIL, ['--host', '127.0.0.1', '--port', String(port), '--silent', ...args],
    { stdio: ['ignore', 'inherit', 'inherit'] }))
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 })
  await until('anvil answers', () => fetch(url, { method: 'POST', body: '{}' }).then(() => true, () => false))
  return { url, port, provider, child, rpc: (method, ...params) => provider.send(method, params) }
}

function artifact (name) {
  return JSON.parse(readFileSync(`${TOP}build/contracts/out/${name}.sol/${name}.json`))
}

// The suite's own Joy Token and model tokens, as forge compiles them.
export async function deployTokens (anvil) {
  const signer = await anvil.provider.getSigner(0)
  const deploy = async (name, ...args) => {
    const { abi, bytecode } = artifact(name)
    const contract = await new ContractFactory(abi, bytecode.object, signer).deploy(...args)
    await contract.waitForDeployment()
    return new Contract(await contract.getAddress(), abi, anvil.provider)
  }
  const joy = await deploy('JoyToken', signer.address, 10n ** 27n)
  const model = await deploy('ModelNFT', signer.address, ZeroAddress)
  return { joy, model, owner: signer.address }
}

// A contract that emits as many events as its call data say, a loop around LOG3:
// (topic, sender, n) with n as data, for n down to 1.
export async function deployBurst (anvil, topic) {
  const body = '5f35' + //              n = call data
    '5b' + '80156039' + '57' + //     2: to the end at 0x39 when n is 0
    '805f52' + //                       memory[0] = n
    '8033' + '7f' + topic.slice(2) + '60205f' + 'a3' + // LOG3(0, 32, topic, sender, n)
    '60019003' + '600256' + //          n - 1, to 2
    '5b00' //                           0x39
  const code = '0x603b8060095f395ff3' + body
  const [from] = await anvil.rpc('eth_accounts')
  const hash = await anvil.rpc('eth_sendTransaction', { from, data: code, gas: '0x100000' })
  const receipt = await until('a receipt', () => anvil.rpc('eth_getTransactionReceipt', hash))
  return receipt.contractAddress
}

// ---- the tool ----

export class Tool {
  constructor (path, args, onLine = () => {}) {
    this.head = [] // SEEN and not GONE; FINAL ones come first
    this.final = []
    this.finalCount = 0 // of `head`
    this.finals = []
    this.alerts = []
    this.alarms = []
    this.faults = []
    this.waiting = new Map()
    this.stats = []
    this.lastId = 0
    this.gone = 0
    this.ended = new Promise((resolve) => {
      this.child = keep(spawn(path, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] }))
      this.child.once('close', (code, signal) => resolve(signal ?? code))
    })
    this.child.stdin.on('error', () => {})
    let text = ''
    this.child.stdout.setEncoding('utf8')
    this.child.stdout.on('data', (piece) => {
      const lines = (text + piece).split('\n')
      text = lines.pop()
      for (const line of lines) {
        const value = JSON.parse(line)
        this.take(value)
        onLine(value)
      }
    })
  }

  take (line) {
    if (line.mark !== undefined) this.takeLog(line)
    else if (line.final !== undefined && line.stat === undefined) this.finals.push(line)
    else if (line.alert !== undefined) this.alerts.push(line)
    else if (line.alarm !== undefined) this.alarms.push(line)
    else if (line.stat !== undefined) this.stats.shift()?.(line)
    else if (line.head !== undefined) this.chainHead = line
    else if (line.reply !== undefined) {
      this.waiting.get(line.reply)?.(line)
      this.waiting.delete(line.reply)
    } else if (line.events !== undefined) this.figures = line
  }

  // What must hold of every log that is told.
  takeLog (log) {
    const key = keyOf(log)
    if (log.mark === 'SEEN') this.head.push(key)
    else if (log.mark === 'GONE') {
      this.gone++
      if (this.head.length <= this.finalCount || this.head.pop() !== key) {
        this.faults.push(`GONE out of order: ${key}`)
      }
    } else {
      this.final.push(key)
      if (this.finalCount < this.head.length) {
        if (this.head[this.finalCount] !== key) this.faults.push(`FINAL out of order: ${key}`)
      } else this.head.push(key)
      this.finalCount++
    }
  }

  say (line) { this.child.stdin.write(line + '\n') }

  ask (kind, method, ...params) {
    const id = ++this.lastId
    this.say(`ask ${id} ${kind} ${method} ${JSON.stringify(params)}`)
    return new Promise((resolve) => this.waiting.set(id, resolve))
  }

  send (raw) {
    const id = ++this.lastId
    this.say(`send ${id} ${raw}`)
    return new Promise((resolve) => this.waiting.set(id, resolve))
  }

  stat () {
    this.say('stat')
    return new Promise((resolve) => this.stats.push(resolve))
  }

  async quit () {
    this.say('quit')
    const code = await this.ended
    if (code !== 0) throw new Error(`the tool ended with ${code}`)
  }
}

export function keyOf (log) {
  return [Number(log.block), Number(log.index), log.blockHash, log.tx, log.address.toLowerCase(),
    log.topics.map((t) => t.t ?? t).join(','), log.data].join(' ')
}

// The same of a log of ethers.
export function keyOfEthers (log) {
  return keyOf({ block: log.blockNumber, index: log.index, blockHash: log.blockHash, tx: log.transactionHash,
    address: log.address, topics: log.topics, data: log.data })
}

// From scratch, by ethers: from the last block back to the first, by their
// hashes. What anvil says of a
// range after reorganisations is not always what its blocks hold.
export async function replay (contracts, event, first, last) {
  const logs = []
  const provider = contracts[0].runner.provider ?? contracts[0].runner
  let block = await provider.getBlock(last)
  while (block.number >= first) {
    for (const contract of contracts) {
      logs.push(...await provider.getLogs({ address: contract.target, blockHash: block.hash,
        topics: [contract.interface.getEvent(event).topicHash] }))
    }
    if (block.number === 0) break
    const parent = await provider.getBlock(block.parentHash)
    if (parent === null) throw new Error(`anvil has lost the parent of block ${block.number}`)
    block = parent
  }
  logs.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
  return logs.map(keyOfEthers)
}

export function same (what, have, want) {
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    if (have[i] !== want[i]) {
      throw new Error(`${what}: log ${i} of ${have.length} and ${want.length}\nhave ${have[i]}\nwant ${want[i]}`)
    }
  }
}
