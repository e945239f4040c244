// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ASSET_CALL_GAS, BP, FEE_BP_MAX, LISTING_PAST_MAX} from "./Limits.sol";
import {IDirectListings} from "./interfaces/IDirectListings.sol";
import {IModelMarket} from "./interfaces/IModelMarket.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

/// @title ModelMarket
/// @notice See {IModelMarket}.
contract ModelMarket is IModelMarket, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev A listing in four slots.
    struct Packed {
        address seller;
        uint48 start;
        uint48 end;
        address asset;
        Status status;
        bool reserved;
        address currency;
        uint96 price;
        uint256 tokenId;
    }

    /// @inheritdoc IModelMarket
    uint256 public immutable FEE_BP;
    /// @inheritdoc IModelMarket
    address public immutable TREASURY;

    /// @inheritdoc IDirectListings
    uint256 public totalListings;
    mapping(uint256 listingId => Packed) private _listings;
    /// @inheritdoc IModelMarket
    mapping(uint256 listingId => mapping(address buyer => bool)) public isBuyerApprovedForListing;

    /// @notice Fee and treasury are for ever.
    /// @param treasury who gets the fee
    /// @param feeBp basis points of every price, at most FEE_BP_MAX
    constructor(address treasury, uint256 feeBp) {
        if (treasury == address(0) || feeBp > FEE_BP_MAX) revert BadFee();
        TREASURY = treasury;
        FEE_BP = feeBp;
    }

    /// @inheritdoc IDirectListings
    function createListing(ListingParameters calldata params)
        external
        nonReentrant
        returns (uint256 listingId)
    {
        if (!ERC165Checker.supportsInterface(params.assetContract, type(IERC721).interfaceId)) {
            revert NotERC721(params.assetContract);
        }
        listingId = totalListings++;
        uint48 start = _startOf(params.startTimestamp);
        Packed memory listing = Packed({
            seller: msg.sender,
            start: start,
            end: _endOf(params, start),
            asset: params.assetContract,
            status: Status.CREATED,
            reserved: params.reserved,
            currency: params.currency,
            price: _priceOf(params),
            tokenId: params.tokenId
        });
        if (!_isDeliverable(listing)) revert Stale();
        _listings[listingId] = listing;
        emit NewListing(msg.sender, listingId, listing.asset, _unpack(listingId, listing));
    }

    /// @inheritdoc IDirectListings
    function updateListing(uint256 listingId, ListingParameters calldata params)
        external
        nonReentrant
    {
        Packed memory listing = _own(listingId);
        if (block.timestamp >= listing.end) revert NotListed(listingId);
        if (listing.asset != params.assetContract || listing.tokenId != params.tokenId) {
            revert OtherToken();
        }
        uint256 asked = params.startTimestamp;
        if (asked != listing.start) {
            if (listing.start <= block.timestamp) revert BadTime();
            listing.start = _startOf(params.startTimestamp);
        }
        listing.end = _endOf(params, listing.start);
        if (block.timestamp >= listing.end) revert BadTime();
        listing.currency = params.currency;
        listing.price = _priceOf(params);
        listing.reserved = params.reserved;
        if (!_isDeliverable(listing)) revert Stale();
        _listings[listingId] = listing;
        emit UpdatedListing(msg.sender, listingId, listing.asset, _unpack(listingId, listing));
    }

    /// @inheritdoc IDirectListings
    function cancelListing(uint256 listingId) external nonReentrant {
        _own(listingId);
        _listings[listingId].status = Status.CANCELLED;
        emit CancelledListing(msg.sender, listingId);
    }

    /// @inheritdoc IDirectListings
    function approveBuyerForListing(uint256 listingId, address buyer, bool toApprove)
        external
        nonReentrant
    {
        if (!_own(listingId).reserved) revert NotReserved();
        isBuyerApprovedForListing[listingId][buyer] = toApprove;
        emit BuyerApprovedForListing(listingId, buyer, toApprove);
    }

    /// @inheritdoc IDirectListings
    function buyFromListing(
        uint256 listingId,
        address buyFor,
        uint256 quantity,
        address currency,
        uint256 expectedTotalPrice
    ) external nonReentrant {
        Packed memory listing = _listings[listingId];
        if (!_isOpen(listing)) revert NotListed(listingId);
        if (quantity != 1) revert BadQuantity(quantity);
        if (listing.reserved && !isBuyerApprovedForListing[listingId][msg.sender]) {
            revert BuyerNotApproved(msg.sender);
        }
        if (currency != listing.currency || expectedTotalPrice != listing.price) {
            revert PriceChanged(listing.currency, listing.price);
        }
        if (!_isDeliverable(listing)) revert Stale();
        _listings[listingId].status = Status.COMPLETED;
        _pay(listingId, listing);
        IERC721(listing.asset).safeTransferFrom(listing.seller, buyFor, listing.tokenId);
        emit NewSale(
            listing.seller, listingId, listing.asset, listing.tokenId, msg.sender, 1, listing.price
        );
    }

    /// @inheritdoc IDirectListings
    function getListing(uint256 listingId) external view returns (Listing memory listing) {
        return _unpack(listingId, _listings[listingId]);
    }

    /// @inheritdoc IDirectListings
    function getAllListings(uint256 startId, uint256 endId)
        external
        view
        returns (Listing[] memory listings)
    {
        if (startId > endId || endId >= totalListings) revert BadRange();
        listings = new Listing[](endId - startId + 1);
        for (uint256 i = 0; i < listings.length; i++) {
            listings[i] = _unpack(startId + i, _listings[startId + i]);
        }
    }

    /// @inheritdoc IDirectListings
    function getAllValidListings(uint256 startId, uint256 endId)
        external
        view
        returns (Listing[] memory listings)
    {
        if (startId > endId || endId >= totalListings) revert BadRange();
        listings = new Listing[](endId - startId + 1);
        uint256 count = 0;
        for (uint256 id = startId; id <= endId; id++) {
            Packed memory listing = _listings[id];
            if (_isOpen(listing) && _isDeliverable(listing)) {
                listings[count++] = _unpack(id, listing);
            }
        }
        assembly ("memory-safe") {
            mstore(listings, count)
        }
    }

    // ---- money ----

    /// @dev Fee, then royalty, then the seller. The three add up to the price.
    function _pay(uint256 listingId, Packed memory listing) private {
        uint256 fee = listing.price * FEE_BP / BP;
        uint256 rest = listing.price - fee;
        (address receiver, uint256 royalty) = _royaltyOf(listing, rest);
        emit SaleDivided(listingId, fee, receiver, royalty);
        _send(listing.currency, TREASURY, fee);
        _send(listing.currency, receiver, royalty);
        _send(listing.currency, listing.seller, rest - royalty);
    }

    /// @dev From the buyer. Who pays themselves keeps what they have.
    function _send(address currency, address to, uint256 amount) private {
        if (amount == 0 || to == msg.sender) return;
        uint256 before = IERC20(currency).balanceOf(to);
        IERC20(currency).safeTransferFrom(msg.sender, to, amount);
        uint256 got = IERC20(currency).balanceOf(to) - before;
        if (got != amount) revert InexactPayment(to, amount, got);
    }

    /// @dev ERC-2981 is a statement of the asset: it is bounded, and may be missing.
    function _royaltyOf(Packed memory listing, uint256 max)
        private
        view
        returns (address receiver, uint256 royalty)
    {
        (bool ok, uint256 first, uint256 second) = _ask(
            listing.asset,
            abi.encodeCall(IERC2981.royaltyInfo, (listing.tokenId, listing.price)),
            64
        );
        if (!ok || first == 0 || first > type(uint160).max) return (address(0), 0);
        // forge-lint: disable-next-line(unsafe-typecast)
        return (address(uint160(first)), second < max ? second : max);
    }

    // ---- listings ----

    /// @dev An open listing of the caller.
    function _own(uint256 listingId) private view returns (Packed memory listing) {
        listing = _listings[listingId];
        if (listing.status != Status.CREATED) revert NotListed(listingId);
        if (listing.seller != msg.sender) revert NotSeller(msg.sender);
    }

    function _isOpen(Packed memory listing) private view returns (bool) {
        return listing.status == Status.CREATED && block.timestamp >= listing.start
            && block.timestamp < listing.end;
    }

    /// @dev Whether the seller still owns the token and lets this market move it. An asset that
    /// fails, answers nonsense or burns its gas is not deliverable, and spoils no list.
    function _isDeliverable(Packed memory listing) private view returns (bool) {
        (bool ok, uint256 answer,) =
            _ask(listing.asset, abi.encodeCall(IERC721.ownerOf, (listing.tokenId)), 32);
        if (!ok || answer != uint160(listing.seller)) return false;
        (ok, answer,) =
            _ask(listing.asset, abi.encodeCall(IERC721.getApproved, (listing.tokenId)), 32);
        if (ok && answer == uint160(address(this))) return true;
        (ok, answer,) = _ask(
            listing.asset,
            abi.encodeCall(IERC721.isApprovedForAll, (listing.seller, address(this))),
            32
        );
        return ok && answer == 1;
    }

    /// @dev A bounded question: `size` bytes are wanted, no more are copied.
    function _ask(address asset, bytes memory question, uint256 size)
        private
        view
        returns (bool ok, uint256 first, uint256 second)
    {
        assembly ("memory-safe") {
            ok := staticcall(
                ASSET_CALL_GAS,
                asset,
                add(question, 0x20),
                mload(question),
                0x00,
                0x40
            )
            ok := and(ok, iszero(lt(returndatasize(), size)))
            first := mload(0x00)
            second := mload(0x20)
        }
    }

    /// @dev Now, for what was to begin up to an hour ago: a transaction takes its time.
    function _startOf(uint128 asked) private view returns (uint48) {
        if (asked >= block.timestamp) {
            if (asked > type(uint48).max) revert BadTime();
            // forge-lint: disable-next-line(unsafe-typecast)
            return uint48(asked);
        }
        if (asked + LISTING_PAST_MAX < block.timestamp) revert BadTime();
        return uint48(block.timestamp);
    }

    /// @dev A start that was moved moves its end; what is beyond 48 bits is for ever.
    function _endOf(ListingParameters calldata params, uint48 start) private pure returns (uint48) {
        if (params.startTimestamp >= params.endTimestamp) revert BadTime();
        uint256 end = uint256(params.endTimestamp) - params.startTimestamp + start;
        return end > type(uint48).max ? type(uint48).max : uint48(end);
    }

    /// @dev The rest of what a seller says, checked.
    function _priceOf(ListingParameters calldata params) private view returns (uint96) {
        if (params.quantity != 1) revert BadQuantity(params.quantity);
        if (params.currency.code.length == 0) revert BadCurrency(params.currency);
        if (params.pricePerToken > type(uint96).max) revert PriceTooLarge(params.pricePerToken);
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint96(params.pricePerToken);
    }

    function _unpack(uint256 listingId, Packed memory listing)
        private
        pure
        returns (Listing memory)
    {
        return Listing({
            listingId: listingId,
            tokenId: listing.tokenId,
            quantity: listing.status == Status.COMPLETED || listing.status == Status.UNSET ? 0 : 1,
            pricePerToken: listing.price,
            startTimestamp: listing.start,
            endTimestamp: listing.end,
            listingCreator: listing.seller,
            assetContract: listing.asset,
            currency: listing.currency,
            tokenType: TokenType.ERC721,
            status: listing.status,
            reserved: listing.reserved
        });
    }
}
