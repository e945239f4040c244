// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectListings} from "./IDirectListings.sol";
import {ILeaseEscrow} from "./ILeaseEscrow.sol";
import {IModelNFT} from "./IModelNFT.sol";
import {ISplitter} from "./ISplitter.sol";

/// @title What a community approves becomes a token and stands for sale, in one call.
/// @notice A model is known by its hash: to approve it again changes nothing. If the market refuses,
/// the token is there all the same, and anybody may try the listing again.
interface IModelRegistry {
    /// @notice How a model may be leased while nobody has bought it.
    /// @param price for `period` seconds in the sale's currency; 0: not at all
    /// @param period seconds
    /// @param minSeconds the shortest lease
    /// @param maxSeconds the longest
    struct Rent {
        uint96 price;
        uint32 period;
        uint32 minSeconds;
        uint32 maxSeconds;
    }

    /// @notice What is approved.
    /// @param modelHash SHA-256 of the model's manifest, not 0
    /// @param cid its provenance
    /// @param creator who made it; gets the token if it is not for sale
    /// @param royaltyBp basis points of later sales, at most half
    /// @param currency the ERC-20 of price and rent
    /// @param price in the currency's smallest unit; 0: not for sale
    /// @param rent how it may be leased
    /// @param payees who gets what the model earns; the last (the treasury) what rounding leaves
    struct Terms {
        bytes32 modelHash;
        string cid;
        address creator;
        uint96 royaltyBp;
        address currency;
        uint96 price;
        Rent rent;
        ISplitter.Payee[] payees;
    }

    /// @notice How a model stands for sale.
    /// @param splitter first owner and seller; gets price, rent and royalties
    /// @param currency the ERC-20 of price and rent
    /// @param price 0: not for sale
    /// @param market where it is listed; zero: nowhere
    /// @param listingId the listing there
    /// @param rent how it may be leased
    struct Sale {
        address splitter;
        address currency;
        uint96 price;
        address market;
        uint256 listingId;
        Rent rent;
    }

    /// @notice A model was approved and has its token.
    /// @param modelHash which
    /// @param tokenId its token
    /// @param creator who made it
    /// @param splitter who gets what it earns
    event Approved(
        bytes32 indexed modelHash,
        uint256 indexed tokenId,
        address indexed creator,
        address splitter
    );

    /// @notice A model is listed.
    /// @param modelHash which
    /// @param tokenId its token
    /// @param market where
    /// @param listingId the listing there
    event Listed(
        bytes32 indexed modelHash,
        uint256 indexed tokenId,
        address indexed market,
        uint256 listingId
    );

    /// @notice The market refused; {retryListing} may be called by anybody.
    /// @param modelHash which model
    /// @param tokenId its token
    /// @param market which market
    /// @param reason what it reverted with
    event ListingRefused(
        bytes32 indexed modelHash, uint256 indexed tokenId, address indexed market, bytes reason
    );

    /// @notice A model's terms were changed.
    /// @param modelHash which
    /// @param tokenId its token
    /// @param currency the ERC-20 of price and rent
    /// @param price 0: not for sale
    event TermsChanged(
        bytes32 indexed modelHash, uint256 indexed tokenId, address currency, uint256 price
    );

    /// @notice New listings go to another market.
    /// @param market its address
    event MarketChanged(address indexed market);

    /// @notice Only the approver (the timelock) may do this.
    /// @param caller who tried
    error NotApprover(address caller);

    /// @notice Only this contract calls itself so.
    error NotSelf();

    /// @notice No hash, a creator that is nobody, or a royalty above a half.
    error BadTerms();

    /// @notice The market refused with so little gas left that this may have been why.
    error NotEnoughGas();

    /// @notice There is no such model.
    /// @param modelHash which
    error UnknownModel(bytes32 modelHash);

    /// @notice The model is listed already.
    /// @param market where
    /// @param listingId the listing there
    error AlreadyListed(address market, uint256 listingId);

    /// @notice The model is not for sale, or somebody has bought it.
    /// @param modelHash which
    error NotForSale(bytes32 modelHash);

    /// @notice Mints and lists a model. Of one that was approved before, changes nothing.
    /// @param terms what is approved
    /// @return tokenId its token
    function approve(Terms calldata terms) external returns (uint256 tokenId);

    /// @notice Lists what the market had refused. Anybody may call; reverts as the market does.
    /// @param modelHash which model
    /// @return listingId the listing
    function retryListing(bytes32 modelHash) external returns (uint256 listingId);

    /// @notice Changes the terms of a model that nobody has bought, and lists it anew.
    /// @param modelHash which
    /// @param currency the ERC-20 of price and rent
    /// @param price 0: not for sale any more
    /// @param rent how it may be leased
    function relist(bytes32 modelHash, address currency, uint96 price, Rent calldata rent) external;

    /// @notice Gives a model that nobody has bought to somebody.
    /// @param modelHash which
    /// @param to who gets the token
    function give(bytes32 modelHash, address to) external;

    /// @notice Replaces a model's provenance.
    /// @param modelHash which
    /// @param cid the new one
    function setProvenance(bytes32 modelHash, string calldata cid) external;

    /// @notice Where new listings go; listings that stand stay.
    /// @param market one that speaks {IDirectListings}
    function setMarket(IDirectListings market) external;

    /// @notice Does the listing itself; only for this contract's own use.
    /// @param modelHash which model
    /// @return listingId the listing
    function listSelf(bytes32 modelHash) external returns (uint256 listingId);

    /// @notice How a model stands for sale.
    /// @param modelHash which
    /// @return sale empty for one that was never approved
    function saleOf(bytes32 modelHash) external view returns (Sale memory sale);

    /// @notice Where new listings go.
    /// @return current the market
    function market() external view returns (IDirectListings current);

    /// @notice Who approves.
    /// @return approver the timelock
    // forge-lint: disable-next-line(mixed-case-function)
    function APPROVER() external view returns (address approver);

    /// @notice The models' tokens.
    /// @return nft their contract
    // forge-lint: disable-next-line(mixed-case-function)
    function NFT() external view returns (IModelNFT nft);

    /// @notice Where models are leased.
    /// @return escrow its address
    // forge-lint: disable-next-line(mixed-case-function)
    function ESCROW() external view returns (ILeaseEscrow escrow);

    /// @notice What splitters are clones of.
    /// @return splitter its address
    // forge-lint: disable-next-line(mixed-case-function)
    function SPLITTER() external view returns (address splitter);
}
