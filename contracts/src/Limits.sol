// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Bounds of all contracts, with their reasons.

/// @dev Basis points: the whole.
uint256 constant BP = 10_000;

/// @dev Fee of the market and of leases: a tenth. More is a mistake in a deployment.
uint256 constant FEE_BP_MAX = 1_000;

/// @dev Royalty of a model (ERC-2981): half of a price.
uint256 constant ROYALTY_BP_MAX = 5_000;

/// @dev Payees of one model: each costs one storage slot at every distribution.
uint256 constant PAYEES_MAX = 32;

/// @dev Bytes of a CID: a CIDv1 of a 512 bit hash in base32 has 112 characters.
uint256 constant CID_BYTES_MAX = 128;

/// @dev How far in the past a listing may begin, as MarketplaceV3 has it: a transaction waits.
uint256 constant LISTING_PAST_MAX = 60 minutes;

/// @dev Gas for one question to a listed asset: a thirtieth of what an ERC-721 that scans may need,
/// and a spoiled one cannot starve a list of others.
uint256 constant ASSET_CALL_GAS = 500_000;

/// @dev The period that a price of a lease is for: up to a year, so that products fit 256 bits.
uint256 constant LEASE_PERIOD_MAX = 366 days;

/// @dev The longest lease: what a person still plans.
uint256 constant LEASE_SECONDS_MAX = 5 * 366 days;

/// @dev Challenge window of a channel: long enough to be seen, short enough to be waited for.
uint256 constant WINDOW_MIN = 10 minutes;
uint256 constant WINDOW_MAX = 30 days;

/// @dev Signers that attest identities: each is a recovery of a public key.
uint256 constant SIGNERS_MAX = 16;

/// @dev Votes of a quadratic ballot for one option (TALLY_VOTES_MAX of services/governance).
uint256 constant VOTES_MAX = 1_000;

/// @dev Voice credits of an identity for one round (GOVERNANCE_CREDITS_MAX there).
uint256 constant CREDITS_MAX = 1_000_000;

/// @dev Rules of a type of proposal that governance may give itself: above these nothing would pass
/// any more, and the rule could not be undone.
uint256 constant QUORUM_BP_MAX = 5_000;
uint256 constant THRESHOLD_BP_MAX = 9_000;

/// @dev A round of voice credits: a day to a year.
uint256 constant ROUND_SECONDS_MIN = 1 days;
uint256 constant ROUND_SECONDS_MAX = 366 days;

/// @dev Calls of one act of a vault: to fetch what ten accounts have earned takes 23.
uint256 constant VAULT_CALLS_MAX = 32;

/// @dev Accounts that are swept by one act: an owner, eight payees, and some.
uint256 constant VAULT_ACCOUNTS_MAX = 16;

/// @dev The part of its gas that a call must leave, a fourth, to be believed that it did not fail for
/// want of it: each call may give 63/64 on, and 17 calls deep that leaves less.
uint256 constant TRIAL_GAS_LEFT = 4;
