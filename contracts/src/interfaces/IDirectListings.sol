// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Sales of single tokens at a fixed price: the direct listings of thirdweb's MarketplaceV3.
/// @notice Selectors and topics are the published ones, so that a client of MarketplaceV3 works. Not
/// served: ERC-1155, the native coin, a second currency for one listing, auctions, offers.
interface IDirectListings {
    /// @notice What kind of token is listed.
    enum TokenType {
        ERC721,
        ERC1155
    }

    /// @notice Where a listing is in its life.
    enum Status {
        UNSET,
        CREATED,
        COMPLETED,
        CANCELLED
    }

    /// @notice What a seller says.
    /// @param assetContract the ERC-721
    /// @param tokenId its token
    /// @param quantity 1
    /// @param currency the ERC-20 to pay in
    /// @param pricePerToken in the currency's smallest unit
    /// @param startTimestamp its first second, UNIX time; at most an hour past, and then now
    /// @param endTimestamp the first second after it; the largest number means never
    /// @param reserved only for buyers whom the seller approves
    struct ListingParameters {
        address assetContract;
        uint256 tokenId;
        uint256 quantity;
        address currency;
        uint256 pricePerToken;
        uint128 startTimestamp;
        uint128 endTimestamp;
        bool reserved;
    }

    /// @notice A listing.
    /// @param listingId from 0 on
    /// @param tokenId the token
    /// @param quantity 1, 0 once sold
    /// @param pricePerToken in the currency's smallest unit
    /// @param startTimestamp its first second, UNIX time
    /// @param endTimestamp the first second after it
    /// @param listingCreator the seller
    /// @param assetContract the ERC-721
    /// @param currency the ERC-20 to pay in
    /// @param tokenType ERC721
    /// @param status where it is in its life
    /// @param reserved only for buyers whom the seller approves
    struct Listing {
        uint256 listingId;
        uint256 tokenId;
        uint256 quantity;
        uint256 pricePerToken;
        uint128 startTimestamp;
        uint128 endTimestamp;
        address listingCreator;
        address assetContract;
        address currency;
        TokenType tokenType;
        Status status;
        bool reserved;
    }

    /// @notice A token was listed.
    /// @param listingCreator the seller
    /// @param listingId the listing
    /// @param assetContract the ERC-721
    /// @param listing all of it
    event NewListing(
        address indexed listingCreator,
        uint256 indexed listingId,
        address indexed assetContract,
        Listing listing
    );

    /// @notice A listing was changed.
    /// @param listingCreator the seller
    /// @param listingId the listing
    /// @param assetContract the ERC-721
    /// @param listing all of it, as it is now
    event UpdatedListing(
        address indexed listingCreator,
        uint256 indexed listingId,
        address indexed assetContract,
        Listing listing
    );

    /// @notice A listing was cancelled.
    /// @param listingCreator the seller
    /// @param listingId the listing
    event CancelledListing(address indexed listingCreator, uint256 indexed listingId);

    /// @notice A buyer may buy a reserved listing, or may not any more.
    /// @param listingId the listing
    /// @param buyer who
    /// @param approved whether
    event BuyerApprovedForListing(uint256 indexed listingId, address indexed buyer, bool approved);

    /// @notice A token was sold.
    /// @param listingCreator the seller
    /// @param listingId the listing
    /// @param assetContract the ERC-721
    /// @param tokenId the token
    /// @param buyer who paid
    /// @param quantityBought 1
    /// @param totalPricePaid fee and royalty included
    event NewSale(
        address indexed listingCreator,
        uint256 indexed listingId,
        address indexed assetContract,
        uint256 tokenId,
        address buyer,
        uint256 quantityBought,
        uint256 totalPricePaid
    );

    /// @notice Lists a token of the caller, who has approved this market for it.
    /// @param params what is listed, how
    /// @return listingId from 0 on
    function createListing(ListingParameters calldata params) external returns (uint256 listingId);

    /// @notice Changes a listing of the caller. Of one that has begun, the start stays.
    /// @param listingId the listing
    /// @param params all of it; asset and token stay
    function updateListing(uint256 listingId, ListingParameters calldata params) external;

    /// @notice Ends a listing of the caller, whoever owns the token by now.
    /// @param listingId the listing
    function cancelListing(uint256 listingId) external;

    /// @notice Lets a buyer buy a reserved listing of the caller, or not.
    /// @param listingId the listing
    /// @param buyer who
    /// @param toApprove whether
    function approveBuyerForListing(uint256 listingId, address buyer, bool toApprove) external;

    /// @notice Buys a listed token. The caller pays and has approved the price.
    /// @param listingId the listing
    /// @param buyFor who gets the token
    /// @param quantity 1
    /// @param currency the listing's
    /// @param expectedTotalPrice the listing's price
    function buyFromListing(
        uint256 listingId,
        address buyFor,
        uint256 quantity,
        address currency,
        uint256 expectedTotalPrice
    ) external;

    /// @notice How many listings there have been.
    /// @return count also the next listing's id
    function totalListings() external view returns (uint256 count);

    /// @notice Listings of a range, in any state.
    /// @param startId the first
    /// @param endId the last, included
    /// @return listings in their order
    function getAllListings(uint256 startId, uint256 endId)
        external
        view
        returns (Listing[] memory listings);

    /// @notice Listings of a range that can be bought now.
    /// @param startId the first to look at
    /// @param endId the last, included
    /// @return listings in their order
    function getAllValidListings(uint256 startId, uint256 endId)
        external
        view
        returns (Listing[] memory listings);

    /// @notice One listing.
    /// @param listingId which
    /// @return listing its status is UNSET if there is none
    function getListing(uint256 listingId) external view returns (Listing memory listing);
}
