// calls.mjs TOOL - every action of proto/chain.proto, from JSON to a state of
// an anvil: chain_tool makes the call, ethers sends it with the operator's key,
// looks at the contracts, and decodes the receipt for itself.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { deployed, ethers, toolOf } from './chain.mjs'

const JOY = (text) => ethers.parseUnits(text, 18)
const micro = (text) => ethers.parseUnits(text, 6).toString()
const sha256 = (text) => '0x' + createHash('sha256').update(text).digest('hex')
const word = (n) => ethers.toBeHex(n, 32)
const party = (member) => ({ community: 'c_abcdefghij', member })
const ANNA = party('u_anna')
const BERT = party('u_bert')
const CARL = party('u_carl')
const TREASURY = party('@treasury')

const chain = await deployed('peer-calls', { STOA_DAILY_LIMIT: JOY('2000').toString() })
const { provider, operator, holder, contract } = chain
const [joy, nft, registry, market, escrow, vault] = ['JoyToken', 'ModelNFT', 'ModelRegistry', 'ModelMarket',
  'LeaseEscrow', 'Vault'].map((name) => contract(name))

const tool = toolOf(process.argv[2], chain.path)
const ask = tool.ask

function finish (code) {
  tool.end()
  chain.child.kill()
  process.exit(code)
}

// ---- acts ----

let intents = 0
let acts = 0
const gas = {}

// What the receipt's logs say, as ethers reads them.
function expected (receipt) {
  const result = { token: '0x', listing: '0x', splitter: '0x', paid_wei: '0x', listing_refused: '', starts_s: 0, ends_s: 0 }
  for (const log of receipt.logs) {
    const from = [registry, market, escrow].find((c) => c.target === log.address)
    const event = from?.interface.parseLog(log)
    const a = event?.args
    if (event?.name === 'Approved') {
      result.token = word(a.tokenId)
      result.splitter = a.splitter.toLowerCase()
    } else if (event?.name === 'Listed' || event?.name === 'NewListing') {
      result.listing = word(a.listingId)
    } else if (event?.name === 'NewSale') {
      result.paid_wei = word(a.totalPricePaid)
    } else if (event?.name === 'Leased') {
      Object.assign(result, { starts_s: Number(a.start), ends_s: Number(a.end), paid_wei: word(a.deposit) })
    } else if (event?.name === 'Ended') {
      Object.assign(result, { starts_s: Number(a.start), ends_s: Number(a.end) })
    } else if (event?.name === 'ListingRefused') {
      const error = market.interface.parseError(a.reason) ?? contract('Splitter').interface.parseError(a.reason)
      result.listing_refused = `${error.name}(${error.args.join(', ')})`
    }
  }
  return result
}

async function now () {
  return (await provider.getBlock('latest')).timestamp
}

async function call (action, intent = `i_${++intents}`) {
  const made = await ask('call', intent, String(await now()), action)
  assert.equal(made.status, 'OK', JSON.stringify(made))
  assert.equal(made.op, sha256(intent))
  assert.equal(ethers.getAddress(made.to), vault.target)
  return made
}

// Exactly the gas that a node estimates: nothing may be left out for want of it.
async function send (made) {
  const gasLimit = await provider.estimateGas({ from: operator.address, to: made.to, data: made.data })
  const sent = await operator.sendTransaction({ to: made.to, data: made.data, gasLimit })
  return sent.wait()
}

async function act (action) {
  const made = await call(action)
  assert.equal(await vault.isDone(made.op), false)
  const receipt = await send(made)
  assert.equal(receipt.status, 1)
  assert.equal(await vault.isDone(made.op), true)
  const used = Number(receipt.gasUsed)
  gas[made.kind] = Math.max(gas[made.kind] ?? 0, used)
  assert.ok(used * 1.5 <= made.gas_max, `${made.kind} used ${used} of ${made.gas_max}`)
  const { status, ...result } = await ask('result', receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })))
  assert.equal(status, 'OK')
  assert.deepEqual(result, expected(receipt))
  acts++
  return { ...result, made, receipt }
}

// The words that ethers and the tool have for why it is not done.
async function refused (made, words) {
  const why = await provider.call({ from: operator.address, to: made.to, data: made.data }).then(
    () => assert.fail(`${words} was expected`), (error) => error.data)
  assert.match((await ask('revert', why)).words, words)
}

// ---- looking ----

async function account (who) {
  const { salt, address } = await ask('account', who?.community ?? '', who?.member ?? '')
  assert.equal(salt, who ? sha256(`stoa account v1\n${who.community}\n${who.member}`) : ethers.ZeroHash)
  assert.equal(ethers.getAddress(address), await vault.accountOf(salt))
  return ethers.getAddress(address)
}

const pool = () => joy.balanceOf(vault.target)
async function moved (what, by) {
  const before = await pool()
  const result = await what()
  assert.equal(await pool() - before, by)
  return result
}

async function listed (id, price) {
  const l = await market.getListing(id)
  assert.equal(l.pricePerToken, price)
  return (await market.getAllValidListings(id, id)).length === 1
}

async function warp (seconds) {
  await provider.send('evm_increaseTime', [seconds])
  await provider.send('evm_mine', [])
}

// ---- the play ----

const house = await account(null)
const [anna, bert, carl, treasury] = await Promise.all([ANNA, BERT, CARL, TREASURY].map(account))
const model = { model_hash: sha256('a model') }
const payees = [{ party: ANNA, bp: 7000 }, { party: BERT, bp: 2000 }, { party: TREASURY, bp: 1000 }]
const mint = (more = {}) => ({ mint: { ...model, cid: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  creator: ANNA, payees, royalty_bp: 500, price_micro: micro('12.5'), rent_micro: micro('3.6'), ...more } })

async function deposits () {
  await (await joy.connect(holder).transfer(vault.target, JOY('1000'))).wait()
  assert.equal(await provider.getCode(bert), '0x')
  await (await joy.connect(holder).transfer(bert, JOY('100'))).wait()
  await moved(() => act({ sweep: { party: BERT } }), JOY('100'))
  assert.notEqual(await provider.getCode(bert), '0x')
  assert.equal(await registry.APPROVER(), house)
}

async function mints () {
  const first = await act(mint())
  assert.equal(first.token, word(1))
  assert.equal(await nft.ownerOf(1), ethers.getAddress(first.splitter))
  assert.equal(await nft.modelHashOf(1), model.model_hash)
  assert.ok(await listed(BigInt(first.listing), JOY('12.5')))
  assert.equal((await escrow.getOffer(nft.target, 1)).price, JOY('3.6'))
  const list = await new ethers.Contract(first.splitter, ['function getPayees() view returns (tuple(address account,uint96 shareBp)[])'], provider).getPayees()
  assert.deepEqual(list.map((p) => [p.account, Number(p.shareBp)]), [[anna, 7000], [bert, 2000], [treasury, 1000]])
  await refused(first.made, /^AlreadyDone\("0x/)
  await assert.rejects(send(first.made))
  // The same model once more: nothing, and nothing is said of it.
  const again = await act(mint({ price_micro: micro('1') }))
  assert.equal(again.token, '0x')
  assert.equal(await nft.totalSupply(), 1n)
  return first
}

// Nothing of a market that is none; the token stands.
async function mintsWithoutMarket () {
  await provider.send('anvil_impersonateAccount', [house])
  await provider.send('anvil_setBalance', [house, '0xde0b6b3a7640000'])
  const signer = await provider.getSigner(house)
  await (await registry.connect(signer).setMarket(escrow.target)).wait()
  const made = await act(mint({ model_hash: sha256('another'), rent_micro: 0 }))
  assert.notEqual(made.listing_refused, '')
  assert.equal(await nft.ownerOf(BigInt(made.token)), ethers.getAddress(made.splitter))
  await (await registry.connect(signer).setMarket(market.target)).wait()
  // Neither sold nor leased: the creator's at once.
  const kept = await act(mint({ model_hash: sha256('a third'), price_micro: 0, rent_micro: 0 }))
  assert.equal(await nft.ownerOf(BigInt(kept.token)), anna)
}

async function firstListings () {
  const only = (price, rent) => ({ list: { owner: TREASURY, token: word(1), ...model, is_first: true,
    price_micro: micro(price), rent_micro: micro(rent) } })
  const dearer = await act(only('20', '0'))
  assert.ok(await listed(BigInt(dearer.listing), JOY('20')))
  assert.equal((await escrow.getOffer(nft.target, 1)).price, 0n)
  assert.equal((await act(only('0', '0'))).listing, '0x')
  assert.equal(await listed(BigInt(dearer.listing), JOY('20')), false)
  return (await act(only('12.5', '3.6'))).listing
}

const lease = (who, seconds, most) => ({ lease: { lessee: who, token: word(1), seconds, deposit_micro_max: micro(most) } })
const end = (who) => ({ end_lease: { lessee: who, token: word(1) } })
const collect = (splitter, parties) => ({ collect: { token: word(1), ...model, splitter, parties } })

async function leasesFromTheSplitter (splitter) {
  const begun = await moved(() => act(lease(CARL, 3600, '5')), -JOY('3.6'))
  assert.equal(await nft.userOf(1), carl)
  assert.equal(BigInt(begun.paid_wei), JOY('3.6'))
  assert.equal(await joy.allowance(carl, escrow.target), 0n)
  await refused(await call(lease(BERT, 60, '5')), /^AlreadyLeased\(\d+\)$/)
  await refused(await call(end(BERT)), /^NotLessee\(/)
  await warp(600)
  const before = await pool()
  const ended = await act(end(CARL))
  const used = BigInt(ended.ends_s - ended.starts_s)
  assert.ok(used >= 600n && used < 700n)
  assert.equal(await pool() - before, JOY('3.6') - used * JOY('0.001'))
  // All of the rent is the payees' and the treasury's, and is in the pool then.
  await moved(() => act(collect(splitter, [ANNA, BERT, TREASURY])), used * JOY('0.001'))
  assert.equal(await joy.balanceOf(splitter), 0n)
  await moved(() => act(collect(splitter, [ANNA, BERT, TREASURY])), 0n)
}

async function buysFromTheSplitter (listing, splitter) {
  const buy = (who) => ({ buy: { buyer: who, token: word(1), listing, price_micro: micro('12.5') } })
  const sold = await act(buy(BERT))
  assert.equal(await nft.ownerOf(1), bert)
  assert.equal(BigInt(sold.paid_wei), JOY('12.5'))
  assert.equal(await joy.allowance(bert, market.target), 0n)
  await refused(await call(buy(CARL)), /^NotListed\(/)
  await refused(await call({ list: { token: word(1), ...model, is_first: true, price_micro: 1 } }), /^NotForSale\("0x/)
  const rest = await joy.balanceOf(splitter)
  assert.equal(rest, JOY('12.5') * 9750n / 10000n)
  await moved(() => act(collect(splitter, [ANNA, BERT, TREASURY])), rest)
}

async function listsAndLeasesFromAMember () {
  const list = (listing, price, rent) => ({ list: { owner: BERT, token: word(1), ...model, listing,
    price_micro: micro(price), rent_micro: micro(rent) } })
  const first = await act(list('0x', '30', '7.2'))
  assert.ok(await listed(BigInt(first.listing), JOY('30')))
  assert.equal((await market.getListing(BigInt(first.listing))).listingCreator, bert)
  await act(lease(CARL, 1000, '2'))
  await warp(1001)
  assert.equal(await nft.userOf(1), ethers.ZeroAddress)
  await refused(await call(end(CARL)), /^NotLessee\(/)
  const other = await act(list(first.listing, '31', '0'))
  assert.equal(await listed(BigInt(first.listing), JOY('30')), false)
  assert.ok(await listed(BigInt(other.listing), JOY('31')))
  assert.equal((await act(list(other.listing, '0', '0'))).listing, '0x')
  assert.equal(await nft.getApproved(1), ethers.ZeroAddress)
  return (await act(list('0x', '31', '0'))).listing
}

async function sellsToAMember (listing, splitter) {
  const price = JOY('31')
  await act({ buy: { buyer: CARL, token: word(1), listing, price_micro: micro('31') } })
  assert.equal(await nft.ownerOf(1), carl)
  const fee = price * 250n / 10000n
  const royalty = price * 500n / 10000n
  assert.equal(await joy.balanceOf(bert), price - fee - royalty)
  await moved(() => act({ sweep: { party: BERT } }), price - fee - royalty)
  // Rent of 1000 seconds (the fee is the vault's, as the treasury), and royalty.
  await moved(() => act(collect(splitter, [BERT, ANNA, TREASURY])), royalty + JOY('2'))
}

async function leaves () {
  const outside = ethers.Wallet.createRandom().address
  await moved(() => act({ send: { to: outside, amount_micro: micro('7') } }), -JOY('7'))
  assert.equal(await joy.balanceOf(outside), JOY('7'))
  await (await joy.connect(holder).transfer(vault.target, JOY('5000'))).wait()
  await refused(await call({ send: { to: outside, amount_micro: micro('3000') } }), /^OverDailyLimit\(30\d+, 2000000000000000000000\)$/)
  await act({ give: { owner: CARL, token: word(1), to: outside } })
  assert.equal(await nft.ownerOf(1), outside)
  const root = sha256('root')
  const { receipt, made } = await act({ anchor: { root } })
  assert.deepEqual([...vault.interface.parseLog(receipt.logs[0]).args], [made.op, root])
}

async function nothingIsLost (splitters) {
  const places = [vault.target, escrow.target, house, anna, bert, carl, treasury, ...splitters, await holder.getAddress()]
  const sums = await Promise.all(places.map((p) => joy.balanceOf(p)))
  assert.equal(sums.reduce((a, b) => a + b), await joy.totalSupply() - JOY('7'))
  for (const who of [house, anna, bert, carl, treasury, escrow.target]) assert.equal(await joy.balanceOf(who), 0n, who)
}

try {
  await deposits()
  const { splitter } = await mints()
  await mintsWithoutMarket()
  const listing = await firstListings()
  await leasesFromTheSplitter(splitter)
  await buysFromTheSplitter(listing, splitter)
  await sellsToAMember(await listsAndLeasesFromAMember(), splitter)
  await leaves()
  await nothingIsLost([splitter])
  console.log(`peer-chain-calls: ${acts} acts of ${Object.keys(gas).length} kinds as ethers sees them`)
  console.log('gas at most: ' + Object.entries(gas).map(([kind, used]) => `${kind} ${used}`).join(', '))
  finish(0)
} catch (error) {
  console.error(error)
  finish(1)
}
