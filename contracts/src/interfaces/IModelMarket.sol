// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectListings} from "./IDirectListings.sol";

/// @title The community's market.
/// @notice Holds nothing: a sale moves money and token between the parties in one transaction, and
/// what recipients got is compared with what they were due, to the wei.
interface IModelMarket is IDirectListings {
    /// @notice How the price of a sale was divided; the seller got the rest.
    /// @param listingId the listing
    /// @param fee what the treasury got
    /// @param royaltyReceiver who got royalty, zero: nobody
    /// @param royalty ERC-2981's, at most what the fee leaves
    event SaleDivided(
        uint256 indexed listingId, uint256 fee, address royaltyReceiver, uint256 royalty
    );

    /// @notice The fee or the treasury of a deployment is out of bounds.
    error BadFee();

    /// @notice The listing is not open.
    /// @param listingId which
    error NotListed(uint256 listingId);

    /// @notice Only the listing's seller may do this.
    /// @param caller who tried
    error NotSeller(address caller);

    /// @notice The asset is no ERC-721.
    /// @param asset its address
    error NotERC721(address asset);

    /// @notice Single tokens are sold: the quantity is 1.
    /// @param quantity what was said
    error BadQuantity(uint256 quantity);

    /// @notice The currency is no contract, as the native coin is not.
    /// @param currency what was said
    error BadCurrency(address currency);

    /// @notice The price does not fit 96 bits.
    /// @param price what was said
    error PriceTooLarge(uint256 price);

    /// @notice The end is not after the start, the start too far in the past, or what has begun was
    /// to begin again.
    error BadTime();

    /// @notice A listing keeps its token.
    error OtherToken();

    /// @notice A listing that is not reserved has no approved buyers.
    error NotReserved();

    /// @notice The listing is reserved for others.
    /// @param buyer who tried
    error BuyerNotApproved(address buyer);

    /// @notice The seller does not own the token any more, or has withdrawn the approval.
    error Stale();

    /// @notice The price is not what the buyer expects.
    /// @param currency the listing's
    /// @param price the listing's
    error PriceChanged(address currency, uint256 price);

    /// @notice A recipient did not get what was due.
    /// @param recipient who
    /// @param due how much
    /// @param got how much
    error InexactPayment(address recipient, uint256 due, uint256 got);

    /// @notice There is no such range of listings.
    error BadRange();

    /// @notice Whether a buyer may buy a reserved listing.
    /// @param listingId the listing
    /// @param buyer who
    /// @return approved whether
    function isBuyerApprovedForListing(uint256 listingId, address buyer)
        external
        view
        returns (bool approved);

    /// @notice What of a price the treasury gets, rounded down.
    /// @return basisPoints of 10,000
    // forge-lint: disable-next-line(mixed-case-function)
    function FEE_BP() external view returns (uint256 basisPoints);

    /// @notice Who gets the fee.
    /// @return treasury its address
    // forge-lint: disable-next-line(mixed-case-function)
    function TREASURY() external view returns (address treasury);
}
