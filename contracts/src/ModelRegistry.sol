// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ROYALTY_BP_MAX, TRIAL_GAS_LEFT} from "./Limits.sol";
import {ModelNFT} from "./ModelNFT.sol";
import {Splitter} from "./Splitter.sol";
import {IDirectListings} from "./interfaces/IDirectListings.sol";
import {ILeaseEscrow} from "./interfaces/ILeaseEscrow.sol";
import {IModelNFT} from "./interfaces/IModelNFT.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {ISplitter} from "./interfaces/ISplitter.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title ModelRegistry
/// @notice See {IModelRegistry}.
/// @dev The seller is the model's own splitter, not this contract: proceeds of a market that tells
/// nobody of a sale could not be attributed to a model otherwise.
contract ModelRegistry is IModelRegistry, ReentrancyGuardTransient {
    /// @inheritdoc IModelRegistry
    address public immutable APPROVER;
    /// @inheritdoc IModelRegistry
    IModelNFT public immutable NFT;
    /// @inheritdoc IModelRegistry
    ILeaseEscrow public immutable ESCROW;
    /// @inheritdoc IModelRegistry
    address public immutable SPLITTER;

    /// @inheritdoc IModelRegistry
    IDirectListings public market;
    mapping(bytes32 modelHash => Sale) private _sales;

    modifier onlyApprover() {
        if (msg.sender != APPROVER) revert NotApprover(msg.sender);
        _;
    }

    /// @notice Makes the models' token contract and what splitters are clones of.
    /// @param approver who approves: the timelock
    /// @param firstMarket where listings go
    /// @param escrow where models are leased
    constructor(address approver, IDirectListings firstMarket, ILeaseEscrow escrow) {
        APPROVER = approver;
        ESCROW = escrow;
        NFT = new ModelNFT(address(this), escrow);
        SPLITTER = address(new Splitter());
        market = firstMarket;
        emit MarketChanged(address(firstMarket));
    }

    /// @inheritdoc IModelRegistry
    function approve(Terms calldata terms)
        external
        onlyApprover
        nonReentrant
        returns (uint256 tokenId)
    {
        bytes32 modelHash = terms.modelHash;
        tokenId = NFT.tokenOf(modelHash);
        if (tokenId != 0) return tokenId;
        if (modelHash == 0 || terms.creator == address(0) || terms.royaltyBp > ROYALTY_BP_MAX) {
            revert BadTerms();
        }
        address splitter = Clones.cloneDeterministic(SPLITTER, modelHash);
        ISplitter(payable(splitter)).initialize(terms.payees);
        _sales[modelHash] = Sale(splitter, terms.currency, terms.price, address(0), 0, terms.rent);
        bool isOffered = terms.price != 0 || terms.rent.price != 0;
        tokenId = NFT.mint(
            isOffered ? splitter : terms.creator, modelHash, terms.cid, splitter, terms.royaltyBp
        );
        emit Approved(modelHash, tokenId, terms.creator, splitter);
        _list(modelHash, tokenId);
    }

    /// @inheritdoc IModelRegistry
    function retryListing(bytes32 modelHash) external nonReentrant returns (uint256 listingId) {
        Sale storage sale = _known(modelHash);
        if (sale.market != address(0)) revert AlreadyListed(sale.market, sale.listingId);
        return this.listSelf(modelHash);
    }

    /// @inheritdoc IModelRegistry
    function relist(bytes32 modelHash, address currency, uint96 price, Rent calldata rent)
        external
        onlyApprover
        nonReentrant
    {
        Sale storage sale = _unsold(modelHash);
        uint256 tokenId = NFT.tokenOf(modelHash);
        _unlist(sale, tokenId);
        sale.currency = currency;
        sale.price = price;
        sale.rent = rent;
        emit TermsChanged(modelHash, tokenId, currency, price);
        _list(modelHash, tokenId);
    }

    /// @inheritdoc IModelRegistry
    function give(bytes32 modelHash, address to) external onlyApprover nonReentrant {
        Sale storage sale = _unsold(modelHash);
        uint256 tokenId = NFT.tokenOf(modelHash);
        _unlist(sale, tokenId);
        sale.price = 0;
        delete sale.rent;
        emit TermsChanged(modelHash, tokenId, sale.currency, 0);
        _act(
            sale.splitter,
            address(NFT),
            abi.encodeCall(IERC721.transferFrom, (sale.splitter, to, tokenId))
        );
    }

    /// @inheritdoc IModelRegistry
    function setProvenance(bytes32 modelHash, string calldata cid) external onlyApprover {
        _known(modelHash);
        NFT.setProvenance(NFT.tokenOf(modelHash), cid);
    }

    /// @inheritdoc IModelRegistry
    function setMarket(IDirectListings newMarket) external onlyApprover {
        market = newMarket;
        emit MarketChanged(address(newMarket));
    }

    /// @inheritdoc IModelRegistry
    function listSelf(bytes32 modelHash) external returns (uint256 listingId) {
        if (msg.sender != address(this)) revert NotSelf();
        Sale storage sale = _sales[modelHash];
        uint256 tokenId = NFT.tokenOf(modelHash);
        if (sale.price == 0 || NFT.ownerOf(tokenId) != sale.splitter) revert NotForSale(modelHash);
        address place = address(market);
        _act(sale.splitter, address(NFT), abi.encodeCall(IERC721.approve, (place, tokenId)));
        IDirectListings.ListingParameters memory params = IDirectListings.ListingParameters({
            assetContract: address(NFT),
            tokenId: tokenId,
            quantity: 1,
            currency: sale.currency,
            pricePerToken: sale.price,
            startTimestamp: uint128(block.timestamp),
            endTimestamp: type(uint128).max,
            reserved: false
        });
        listingId = abi.decode(
            _act(sale.splitter, place, abi.encodeCall(IDirectListings.createListing, (params))),
            (uint256)
        );
        sale.market = place;
        sale.listingId = listingId;
        emit Listed(modelHash, tokenId, place, listingId);
    }

    /// @inheritdoc IModelRegistry
    function saleOf(bytes32 modelHash) external view returns (Sale memory sale) {
        return _sales[modelHash];
    }

    /// @dev Lists and offers for lease what is to be. A market that refuses undoes nothing else.
    function _list(bytes32 modelHash, uint256 tokenId) private {
        Sale storage sale = _sales[modelHash];
        if (sale.rent.price != 0) {
            Rent memory rent = sale.rent;
            _act(
                sale.splitter,
                address(ESCROW),
                abi.encodeCall(
                    ILeaseEscrow.offer,
                    (
                        address(NFT),
                        tokenId,
                        sale.currency,
                        rent.price,
                        rent.period,
                        rent.minSeconds,
                        rent.maxSeconds
                    )
                )
            );
        }
        if (sale.price == 0) return;
        uint256 gas = gasleft();
        try this.listSelf(modelHash) {}
        catch (bytes memory reason) {
            _checkGas(gas);
            emit ListingRefused(modelHash, tokenId, address(market), reason);
        }
    }

    /// @dev Ends listing and offer. The approval ends too, so that a market that does not cancel
    /// cannot sell any more.
    function _unlist(Sale storage sale, uint256 tokenId) private {
        ISplitter splitter = ISplitter(payable(sale.splitter));
        if (sale.market != address(0)) {
            uint256 gas = gasleft();
            try splitter.act(
                sale.market, abi.encodeCall(IDirectListings.cancelListing, (sale.listingId))
            ) {}
            catch {
                _checkGas(gas);
            }
            splitter.act(address(NFT), abi.encodeCall(IERC721.approve, (address(0), tokenId)));
            sale.market = address(0);
            sale.listingId = 0;
        }
        if (sale.rent.price != 0) {
            splitter.act(
                address(ESCROW), abi.encodeCall(ILeaseEscrow.withdrawOffer, (address(NFT), tokenId))
            );
        }
    }

    /// @dev Whoever estimates gas looks for the least with which the whole succeeds: the market must
    /// not have refused for want of it.
    function _checkGas(uint256 before) private view {
        if (gasleft() < before / TRIAL_GAS_LEFT) revert NotEnoughGas();
    }

    function _act(address splitter, address target, bytes memory data)
        private
        returns (bytes memory answer)
    {
        return ISplitter(payable(splitter)).act(target, data);
    }

    function _known(bytes32 modelHash) private view returns (Sale storage sale) {
        sale = _sales[modelHash];
        if (sale.splitter == address(0)) revert UnknownModel(modelHash);
    }

    function _unsold(bytes32 modelHash) private view returns (Sale storage sale) {
        sale = _known(modelHash);
        if (NFT.ownerOf(NFT.tokenOf(modelHash)) != sale.splitter) revert NotForSale(modelHash);
    }
}
