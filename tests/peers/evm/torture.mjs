// torture.mjs - a proxy in front of a node, strict in what it takes and as bad as
// it is told to be in what it gives. In mode "clean" it changes nothing.
import { createServer, request } from 'node:http'

const num = (hex) => Number(BigInt(hex))
const hex = (n) => '0x' + n.toString(16)
const flip = (hash) => hash.slice(0, -1) + (hash.at(-1) === '0' ? '1' : '0')
const word = (n) => '0x' + n.toString(16).padStart(64, '0')
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const isTransfer = (log) => log.topics[0] === TRANSFER
const isBlock = (method) => method === 'eth_getBlockByNumber' || method === 'eth_getBlockByHash'

// What each mode does to a result; `ask` asks the node behind.
const RESULTS = {
  wrongChain: (r, c) => c.method === 'eth_chainId' ? '0x89' : r,
  nullFinal: (r, c) => c.method === 'eth_getBlockByNumber' && c.params[0] === 'finalized' ? null : r,
  dropLogs: (r, c) => c.method === 'eth_getLogs' ? [] : r,
  dropOneLog: (r, c) => c.method === 'eth_getLogs' ? r.slice(1) : r,
  fakeLog: (r, c) => {
    if (c.method !== 'eth_getLogs' || c.params[0].blockHash === undefined || r.length === 0) return r
    const log = r.at(-1)
    return [...r, { ...log, logIndex: hex(num(log.logIndex) + 1), topics: [log.topics[0], '0x' + '11'.repeat(32), '0x' + '22'.repeat(32)] }]
  },
  // What was paid was more; was paid twice; was paid, by an account that has it.
  fatLog: (r, c) => c.method === 'eth_getLogs' ? r.map((l) => isTransfer(l) ? { ...l, data: word(BigInt(l.data) + 10n ** 24n) } : l) : r,
  twinLog: (r, c) => c.method === 'eth_getLogs' ? r.flatMap((l) => isTransfer(l) ? [l, { ...l, logIndex: hex(num(l.logIndex) + 100) }] : [l]) : r,
  madeUpLog: (r, c, t) => {
    if (c.method !== 'eth_getLogs' || t.victim === undefined) return r
    const made = (number, hash) => ({ address: t.victim.token, topics: [TRANSFER, word(1), word(BigInt(t.victim.account))], data: word(10n ** 24n),
      blockNumber: number, blockHash: hash, transactionHash: '0x' + '77'.repeat(32), transactionIndex: '0x63', logIndex: '0x63', removed: false })
    const of = r.at(-1)
    if (of !== undefined) return [...r, made(of.blockNumber, of.blockHash)]
    return c.params[0].blockHash === undefined ? r : [made(t.numbers.get(c.params[0].blockHash) ?? '0x1', c.params[0].blockHash)]
  },
  // What was done has failed; has not been; would fail; takes less; the nonce is used.
  failedReceipt: (r, c) => c.method === 'eth_getTransactionReceipt' && r !== null ? { ...r, status: '0x0', logs: [] } : r,
  noReceipt: (r, c) => c.method === 'eth_getTransactionReceipt' ? null : r,
  lowGas: (r, c) => c.method === 'eth_estimateGas' ? hex(Math.floor(num(r) / 2)) : r,
  highNonce: (r, c) => c.method === 'eth_getTransactionCount' ? hex(num(r) + 3) : r,
  wrongHash: (r, c) => isBlock(c.method) && r !== null && c.params[0] !== 'finalized' ? { ...r, hash: flip(r.hash) } : r,
  wrongCall: (r, c) => c.method === 'eth_call' ? '0x' + '00'.repeat(31) + '07' : r,
  stuckFinal: (r, c) => c.method === 'eth_getBlockByNumber' && c.params[0] === 'finalized' ? (stuck ??= r) : r
}
const SPOILT = new Set(['html', 'limited', 'limitedInWords', 'silent', 'dead', 'truncated', 'cut', 'wrongId', 'lagging'])
let stuck // the final block of all proxies in that mode

export class Torture {
  constructor (target) {
    this.target = new URL(target)
    this.mode = 'clean'
    this.lag = 0
    this.seen = {} // requests by method
    this.refused = 0 // requests that were none
    this.isHolding = false // transactions are neither passed on nor answered
    this.isDeaf = false // transactions are passed on and not answered
    this.raws = [] // transactions that came
    this.spoilt = 0 // answers that were not the node's
    this.victim = undefined // who is paid what nobody pays: { token, account }
    this.numbers = new Map() // of blocks, by hash
    this.sockets = new Set()
    this.server = createServer((req, res) => this.take(req, res))
    this.server.on('connection', (s) => { this.sockets.add(s); s.once('close', () => this.sockets.delete(s)) })
  }

  async listen () {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${this.server.address().port}`
    return this
  }

  close () {
    for (const s of this.sockets) s.destroy()
    this.server.close()
  }

  ask (call) {
    const body = JSON.stringify(call)
    return new Promise((resolve, reject) => {
      const req = request({ host: this.target.hostname, port: this.target.port, method: 'POST', path: '/',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (res) => {
        const parts = []
        res.on('data', (p) => parts.push(p))
        res.on('end', () => resolve(JSON.parse(Buffer.concat(parts))))
      })
      req.on('error', reject)
      req.end(body)
    })
  }

  take (req, res) {
    const parts = []
    req.on('data', (p) => parts.push(p))
    req.on('end', () => {
      this.answer(Buffer.concat(parts).toString(), req, res).catch(() => res.destroy())
    })
  }

  // A request that is not one is no fault of the node's.
  check (text, req) {
    let call
    try { call = JSON.parse(text) } catch { return null }
    const ok = req.method === 'POST' && /^application\/json/.test(req.headers['content-type'] ?? '') &&
      call.jsonrpc === '2.0' && typeof call.method === 'string' && Array.isArray(call.params) &&
      (typeof call.id === 'number' || typeof call.id === 'string') &&
      Object.keys(call).every((k) => ['jsonrpc', 'id', 'method', 'params'].includes(k))
    return ok ? call : null
  }

  async answer (text, req, res) {
    const call = this.check(text, req)
    if (call === null) {
      this.refused++
      res.writeHead(400, { 'content-type': 'text/plain' }).end('not a request')
      return
    }
    this.seen[call.method] = (this.seen[call.method] ?? 0) + 1
    if (call.method === 'eth_sendRawTransaction') {
      this.raws.push(call.params[0])
      if (this.isHolding) return
      if (this.isDeaf) return void this.ask(call)
    }
    if (SPOILT.has(this.mode)) this.spoilt++
    const give = (status, body, headers = {}) =>
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
    switch (this.mode) {
      case 'html': return give(502, '<html><h1>502 Bad Gateway</h1></html>', { 'content-type': 'text/html' })
      case 'limited': return give(429, '{"error":"slow down"}', { 'retry-after': '1' })
      case 'limitedInWords':
        return give(200, JSON.stringify({ jsonrpc: '2.0', id: call.id, error: { code: -32005, message: 'daily request count exceeded, request rate limited' } }))
      case 'silent': return // until the other side gives up
      case 'dead': return res.socket.destroy()
    }
    const reply = await this.reply(call)
    const body = JSON.stringify(reply)
    switch (this.mode) {
      case 'truncated': return give(200, body.slice(0, body.length / 2))
      case 'cut':
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        res.write(body.slice(0, body.length / 2), () => res.socket.destroy())
        return
      case 'wrongId': return give(200, JSON.stringify({ ...reply, id: call.id + 1 }))
    }
    give(200, body)
  }

  async reply (call) {
    if (this.mode === 'dropTransactions' && call.method === 'eth_sendRawTransaction') {
      this.spoilt++
      const { keccak256 } = await import('ethers')
      return { jsonrpc: '2.0', id: call.id, result: keccak256(call.params[0]) }
    }
    // "NotAllowed()" of nobody, as a contract would say it.
    if (this.mode === 'wouldFail' && (call.method === 'eth_estimateGas' || call.method === 'eth_call')) {
      this.spoilt++
      return { jsonrpc: '2.0', id: call.id, error: { code: 3, message: 'execution reverted', data: '0x3d693ada' } }
    }
    if (this.mode === 'rangeLimit' && call.method === 'eth_getLogs' && call.params[0].fromBlock !== undefined &&
      num(call.params[0].toBlock) - num(call.params[0].fromBlock) >= 10) {
      this.spoilt++
      return { jsonrpc: '2.0', id: call.id, error: { code: -32600, message: 'You can make eth_getLogs requests with up to a 10 block range' } }
    }
    if (this.mode === 'lagging') return this.lagging(call)
    const reply = await this.ask(call)
    if (isBlock(call.method) && reply.result) this.numbers.set(reply.result.hash, reply.result.number)
    const change = RESULTS[this.mode]
    if (change === undefined || reply.result === undefined) return reply
    const result = change(reply.result, call, this)
    if (JSON.stringify(result) !== JSON.stringify(reply.result)) this.spoilt++
    return { ...reply, result }
  }

  // As the chain was `lag` blocks ago.
  async lagging (call) {
    const head = num((await this.ask({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })).result)
    const top = Math.max(0, head - this.lag)
    const result = (value) => ({ jsonrpc: '2.0', id: call.id, result: value })
    const params = [...call.params]
    if (call.method === 'eth_blockNumber') return result(hex(top))
    if (call.method === 'eth_getBlockByNumber') {
      if (params[0] === 'latest') params[0] = hex(top)
      else if (params[0] === 'finalized') {
        const final = (await this.ask({ ...call, params })).result
        params[0] = hex(Math.max(0, num(final.number) - this.lag))
      } else if (num(params[0]) > top) return result(null)
    }
    if (call.method === 'eth_call') params[1] = hex(top)
    const reply = await this.ask({ ...call, params })
    if ((call.method === 'eth_getTransactionReceipt' || call.method === 'eth_getBlockByHash') && reply.result &&
      num(reply.result.blockNumber ?? reply.result.number) > top) return result(null)
    if (call.method === 'eth_getLogs') return result((reply.result ?? []).filter((l) => num(l.blockNumber) <= top))
    return reply
  }
}
