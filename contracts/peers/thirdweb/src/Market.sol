// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// What is compiled here: the market, its direct listings, its proxy.
import {TWProxy} from "@thirdweb-dev/contracts/infra/TWProxy.sol";
import {DirectListingsLogic} from "@thirdweb-dev/contracts/prebuilts/marketplace/direct-listings/DirectListingsLogic.sol";
import {MarketplaceV3} from "@thirdweb-dev/contracts/prebuilts/marketplace/entrypoint/MarketplaceV3.sol";
