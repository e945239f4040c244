// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPurse} from "./IPurse.sol";

/// @title A token that lets one escrow alone say who its user is.
interface ILeasedAsset {
    /// @notice The escrow whose word about users counts.
    /// @return escrow its address
    function leaseEscrow() external view returns (address escrow);
}

/// @title Leases of ERC-721 tokens, paid in advance and by the second.
/// @notice The lessee of a running lease cannot be replaced by anybody. A sale while it runs passes
/// the right to the rest of the rent, not the use. Its end needs no transaction. What is paid out of
/// a lease is what was paid in, to the wei.
interface ILeaseEscrow is IPurse {
    /// @notice What an owner asks for.
    /// @param lessor who offers; the offer is void once this is not the owner
    /// @param minSeconds the shortest lease
    /// @param maxSeconds the longest
    /// @param period the seconds that the price is for
    /// @param currency the ERC-20 to pay in
    /// @param price for `period` seconds, in the currency's smallest unit; 0: no offer
    struct Offer {
        address lessor;
        uint32 minSeconds;
        uint32 maxSeconds;
        uint32 period;
        address currency;
        uint96 price;
    }

    /// @notice A lease, running or over.
    /// @param lessee who may use the token
    /// @param start its first second, UNIX time
    /// @param end the first second after it
    /// @param currency the ERC-20 that was paid
    /// @param period the seconds that the price is for
    /// @param price for `period` seconds
    /// @param settled what of the deposit has been credited to owners and treasury
    struct Lease {
        address lessee;
        uint48 start;
        uint48 end;
        address currency;
        uint32 period;
        uint128 price;
        uint128 settled;
    }

    /// @notice An owner offers leases on these terms.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param lessor the owner
    /// @param currency the ERC-20 to pay in
    /// @param price for `period` seconds
    /// @param period seconds
    /// @param minSeconds the shortest lease
    /// @param maxSeconds the longest
    event Offered(
        address indexed asset,
        uint256 indexed tokenId,
        address indexed lessor,
        address currency,
        uint256 price,
        uint256 period,
        uint256 minSeconds,
        uint256 maxSeconds
    );

    /// @notice An owner offers leases no more.
    /// @param asset the ERC-721
    /// @param tokenId its token
    event OfferWithdrawn(address indexed asset, uint256 indexed tokenId);

    /// @notice A lease began.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param lessee who may use it
    /// @param start its first second, UNIX time
    /// @param end the first second after it
    /// @param currency the ERC-20 that was paid
    /// @param deposit what was paid
    event Leased(
        address indexed asset,
        uint256 indexed tokenId,
        address indexed lessee,
        uint256 start,
        uint256 end,
        address currency,
        uint256 deposit
    );

    /// @notice A lessee ended a lease before its time.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param lessee who gets the refund
    /// @param start its first second, UNIX time
    /// @param end the first second after it, now
    /// @param refund what was not used
    event Ended(
        address indexed asset,
        uint256 indexed tokenId,
        address indexed lessee,
        uint256 start,
        uint256 end,
        uint256 refund
    );

    /// @notice Rent was credited.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param owner who got it, less the fee
    /// @param rent since the last settlement, the fee included
    /// @param fee what of it the treasury got
    event RentSettled(
        address indexed asset,
        uint256 indexed tokenId,
        address indexed owner,
        uint256 rent,
        uint256 fee
    );

    /// @notice The fee or the treasury of a deployment is out of bounds.
    error BadFee();

    /// @notice Only the token's owner may do this.
    /// @param caller who tried
    error NotOwner(address caller);

    /// @notice Only the lessee of a running lease may end it.
    /// @param caller who tried
    error NotLessee(address caller);

    /// @notice The token does not leave its users to this escrow, so leases could not be protected.
    /// @param asset the ERC-721
    error NotBound(address asset);

    /// @notice Terms out of bounds: price, period, or shortest and longest lease.
    error BadTerms();

    /// @notice Nothing is offered, or by someone who is not the owner any more.
    error NoOffer();

    /// @notice The token is leased.
    /// @param until the first second at which it is not
    error AlreadyLeased(uint256 until);

    /// @notice A lease of so many seconds is not offered.
    /// @param asked seconds
    /// @param min the shortest
    /// @param max the longest
    error BadDuration(uint256 asked, uint256 min, uint256 max);

    /// @notice The offer is not what the lessee agreed to.
    /// @param currency the offered one
    /// @param deposit what would have to be paid in it
    error OfferChanged(address currency, uint256 deposit);

    /// @notice Offers leases of an own token; replaces the offer before. A running lease is not
    /// touched.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param currency the ERC-20 to pay in
    /// @param price for `period` seconds, above 0
    /// @param period seconds, up to a year
    /// @param minSeconds the shortest lease, at least 1
    /// @param maxSeconds the longest
    function offer(
        address asset,
        uint256 tokenId,
        address currency,
        uint96 price,
        uint32 period,
        uint32 minSeconds,
        uint32 maxSeconds
    ) external;

    /// @notice Offers no more leases of an own token.
    /// @param asset the ERC-721
    /// @param tokenId its token
    function withdrawOffer(address asset, uint256 tokenId) external;

    /// @notice Leases a token for the caller, who must have approved the deposit.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @param duration seconds from now on
    /// @param currency the one that is expected
    /// @param maxDeposit the most to pay
    /// @return deposit what was paid: price * duration / period, rounded up
    function lease(
        address asset,
        uint256 tokenId,
        uint256 duration,
        address currency,
        uint256 maxDeposit
    ) external returns (uint256 deposit);

    /// @notice Ends the caller's lease now. The used part is rounded up, the refund down.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @return refund what the lessee can withdraw
    function end(address asset, uint256 tokenId) external returns (uint256 refund);

    /// @notice Credits the rent up to now to the present owner and the treasury. Anybody may ask; the
    /// token does before it changes hands.
    /// @param asset the ERC-721
    /// @param tokenId its token
    function settle(address asset, uint256 tokenId) external;

    /// @notice Who may use a token now.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @return user zero: nobody
    function userOf(address asset, uint256 tokenId) external view returns (address user);

    /// @notice When the last lease of a token ends or ended.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @return expires the last second of use, UNIX time; 0: never leased
    function userExpires(address asset, uint256 tokenId) external view returns (uint256 expires);

    /// @notice The terms on offer.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @return terms as they were offered, even if void by now
    function getOffer(address asset, uint256 tokenId) external view returns (Offer memory terms);

    /// @notice The last lease of a token.
    /// @param asset the ERC-721
    /// @param tokenId its token
    /// @return last running or over
    function getLease(address asset, uint256 tokenId) external view returns (Lease memory last);

    /// @notice What so many seconds cost.
    /// @param price for `period` seconds
    /// @param period seconds
    /// @param duration seconds
    /// @return amount price * duration / period, rounded up
    function costOf(uint256 price, uint256 period, uint256 duration)
        external
        pure
        returns (uint256 amount);

    /// @notice What of a rent the treasury gets, rounded up.
    /// @return basisPoints of 10,000
    // forge-lint: disable-next-line(mixed-case-function)
    function FEE_BP() external view returns (uint256 basisPoints);

    /// @notice Who gets the fee.
    /// @return treasury its address
    // forge-lint: disable-next-line(mixed-case-function)
    function TREASURY() external view returns (address treasury);
}
