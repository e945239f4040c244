// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC3009, IERC3009Cancel} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title Joy Token: the currency of a community.
/// @notice ERC-20 with 18 decimals, ERC-2612 permits, ERC-3009 transfers by signature, ERC-5805
/// votes on a clock of seconds (ERC-6372). The supply is fixed: there is no mint and no burn.
interface IJoyToken is IERC20Metadata, IERC20Permit, IERC5805, IERC3009, IERC3009Cancel {}
