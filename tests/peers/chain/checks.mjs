// checks.mjs TOOL - the questions that the daemon asks at its start, asked of
// what forge has deployed, of the same spoilt in several ways, and of a
// MarketplaceV3 as thirdweb has published it, on which a model is then minted,
// listed and sold.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { here } from '../../../contracts/tools/compiled.mjs'
import { deployed, ethers, toolOf } from './chain.mjs'

const chain = await deployed('peer-checks')
const { provider, operator, holder, contract } = chain
const tools = []
const toolFor = (path) => {
  const tool = toolOf(process.argv[2], path)
  tools.push(tool)
  return tool
}

function finish (code) {
  for (const tool of tools) tool.end()
  chain.child.kill()
  process.exit(code)
}

let asked = 0
// What is not as it should be.
async function faults (tool, market, key = operator.address) {
  const { checks } = await tool.ask('checks', market, key)
  const bad = []
  for (const [i, { data, to }] of checks.entries()) {
    const answer = data === '0x'
      ? await provider.getCode(to)
      : await provider.call({ to, data }).catch(() => 'reverted')
    const { ok, verdict } = await tool.ask('judge', market, key, String(i), answer)
    assert.match(verdict, /^[A-Za-z]+ 0x[0-9a-fA-F]{40}: /)
    if (!ok) bad.push(verdict.replace(/ 0x[0-9a-fA-F]{40}:/, ':'))
    asked++
  }
  return bad
}

const starts = (list, wanted) => {
  assert.equal(list.length, wanted.length, list.join('\n'))
  list.forEach((text, i) => assert.ok(text.startsWith(wanted[i]), `${text}\nis not ${wanted[i]}`))
}

// Does something to the chain, looks, and takes it back.
async function spoilt (what, wanted, look) {
  const snapshot = await provider.send('evm_snapshot', [])
  await what()
  starts(await look(), wanted)
  await provider.send('evm_revert', [snapshot])
}

async function as (who, what) {
  await provider.send('anvil_impersonateAccount', [who])
  await provider.send('anvil_setBalance', [who, '0xde0b6b3a7640000'])
  return what(await provider.getSigner(who))
}

// ---- ours ----

async function ours () {
  const tool = toolFor(chain.path)
  const look = () => faults(tool, 'ours')
  const at = (name) => chain.contracts[name].address
  starts(await look(), [])
  starts(await faults(tool, 'ours', at('Vault')), ["Vault: obeys the wallet's key: no, it answers 0x000000000000000000000000"])
  await spoilt(() => provider.send('anvil_setCode', [at('ModelMarket'), '0x']), [
    "ModelMarket: has the manifest's code: no, there is no code", 'ModelMarket: pays fees to the vault: no, it answers nothing',
    'ModelMarket: counts listings: no, it answers nothing', 'ModelMarket: tells a listing: no, it answers nothing'], look)
  // The market's code at the escrow's place: other code, no treasury of its own.
  const code = await provider.getCode(at('JoyToken'))
  await spoilt(() => provider.send('anvil_setCode', [at('LeaseEscrow'), code]), [
    "LeaseEscrow: has the manifest's code: no, its code's hash is 0x", 'LeaseEscrow: pays fees to the vault: no, the call reverts'], look)
  const house = await contract('Vault').accountOf(ethers.ZeroHash)
  await spoilt(() => as(house, async (signer) => (await contract('ModelRegistry').connect(signer).setMarket(at('LeaseEscrow'))).wait()),
    ['ModelRegistry: lists on the market: no, it answers 0x'], look)
}

// ---- thirdweb's ----

const theirs = (name) => JSON.parse(readFileSync(here(`../build/contracts/thirdweb-out/${name}.sol/${name}.json`), 'utf8'))
async function make (name, ...args) {
  const { abi, bytecode } = theirs(name)
  const made = await new ethers.ContractFactory(abi, bytecode.object, holder).deploy(...args)
  await made.waitForDeployment()
  return made
}

async function marketplaceV3 () {
  const logic = await make('DirectListingsLogic', ethers.Wallet.createRandom().address)
  const fragment = ['createListing', 'updateListing', 'cancelListing', 'buyFromListing', 'totalListings', 'getListing',
    'getAllValidListings', 'approveBuyerForListing'].map((name) => logic.interface.getFunction(name))
  const extension = {
    metadata: { name: 'DirectListingsLogic', metadataURI: '', implementation: logic.target },
    functions: fragment.map((f) => ({ functionSelector: f.selector, functionSignature: f.format('sighash') }))
  }
  const admin = await holder.getAddress()
  const market = await make('MarketplaceV3', { extensions: [extension], royaltyEngineAddress: ethers.ZeroAddress, nativeTokenWrapper: admin })
  const first = market.interface.encodeFunctionData('initialize', [admin, '', [], admin, 250])
  const proxy = await make('TWProxy', market.target, first)
  return new ethers.Contract(proxy.target, [...market.interface.fragments, ...fragment,
    logic.interface.getEvent('NewListing'), logic.interface.getEvent('NewSale')], holder)
}

async function act (tool, intent, action) {
  const { timestamp } = await provider.getBlock('latest')
  const made = await tool.ask('call', intent, String(timestamp), action)
  assert.equal(made.status, 'OK', JSON.stringify(made))
  const gasLimit = await provider.estimateGas({ from: operator.address, to: made.to, data: made.data })
  assert.ok(Number(gasLimit) <= made.gas_max, `${made.kind}: ${gasLimit} of ${made.gas_max}`)
  const receipt = await (await operator.sendTransaction({ to: made.to, data: made.data, gasLimit })).wait()
  const { status, ...result } = await tool.ask('result', receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })))
  assert.equal(status, 'OK')
  return result
}

async function tradesOnTheirs () {
  const market = await marketplaceV3()
  const house = await contract('Vault').accountOf(ethers.ZeroHash)
  await as(house, async (signer) => (await contract('ModelRegistry').connect(signer).setMarket(market.target)).wait())
  const manifest = JSON.parse(readFileSync(chain.path, 'utf8'))
  manifest.contracts.ModelMarket = { address: market.target, codeHash: ethers.keccak256(await provider.getCode(market.target)) }
  const path = here('../build/contracts/peer-checks-v3.json')
  writeFileSync(path, JSON.stringify(manifest))
  const tool = toolFor(path)
  starts(await faults(tool, 'v3'), [])
  starts((await faults(tool, 'ours')).slice(-1), ['ModelMarket: pays fees to the vault: no, the call reverts'])
  starts((await faults(tool, 'small')), ['ModelMarket: tells its listings: no, the call reverts'])
  const role = (name) => ethers.id(name)
  await spoilt(async () => (await market.revokeRole(role('LISTER_ROLE'), ethers.ZeroAddress)).wait(),
    [`ModelMarket: lets anybody list: no, it answers ${ethers.ZeroHash}`], () => faults(tool, 'v3'))

  const anna = { community: 'c_abcdefghij', member: 'u_anna' }
  const bert = { community: 'c_abcdefghij', member: 'u_bert' }
  await (await contract('JoyToken').connect(holder).transfer(contract('Vault').target, ethers.parseEther('100'))).wait()
  const minted = await act(tool, 'i_mint', { mint: { model_hash: '0x' + createHash('sha256').update('a model').digest('hex'),
    cid: 'bafy', creator: anna, payees: [{ party: anna, bp: 10000 }], price_micro: 12500000 } })
  assert.equal(minted.listing_refused, '')
  assert.equal((await market.getListing(BigInt(minted.listing))).listingCreator, ethers.getAddress(minted.splitter))
  const bought = await act(tool, 'i_buy', { buy: { buyer: bert, token: minted.token, listing: minted.listing, price_micro: 12500000 } })
  assert.equal(BigInt(bought.paid_wei), ethers.parseEther('12.5'))
  const { address } = await tool.ask('account', bert.community, bert.member)
  assert.equal(await contract('ModelNFT').ownerOf(BigInt(minted.token)), ethers.getAddress(address))
  const list = (listing, price) => ({ list: { owner: bert, token: minted.token, listing, price_micro: price, rent_micro: 0 } })
  const first = await act(tool, 'i_list', list('0x', 20000000))
  const second = await act(tool, 'i_list_again', list(first.listing, 30000000))
  assert.equal((await market.getListing(BigInt(second.listing))).pricePerToken, ethers.parseEther('30'))
  assert.equal((await market.getAllValidListings(BigInt(first.listing), BigInt(first.listing))).length, 0)
}

// The house is deployed: what sends transactions by itself, as an impersonated
// account does, is no place for a contract any more.
try {
  await (await contract('Vault').connect(operator).run(ethers.id('first'), ethers.ZeroHash, 0, [], [])).wait()
  await ours()
  await tradesOnTheirs()
  console.log(`peer-chain-checks: ${asked} questions answered, a model sold on MarketplaceV3`)
  finish(0)
} catch (error) {
  console.error(error)
  finish(1)
}
