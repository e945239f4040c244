// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BP, FEE_BP_MAX, LEASE_PERIOD_MAX, LEASE_SECONDS_MAX} from "./Limits.sol";
import {Purse} from "./Purse.sol";
import {IERC4907} from "./interfaces/IERC4907.sol";
import {ILeaseEscrow, ILeasedAsset} from "./interfaces/ILeaseEscrow.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title LeaseEscrow
/// @notice See {ILeaseEscrow}.
/// @dev Rent is a function of time, cost(elapsed) = ceil(price * elapsed / period), and `settled`
/// says how much of it has been credited. Each settlement credits the difference, so that the sum of
/// all is the deposit, wherever the cuts are.
contract LeaseEscrow is ILeaseEscrow, Purse {
    using SafeCast for uint256;

    /// @inheritdoc ILeaseEscrow
    uint256 public immutable FEE_BP;
    /// @inheritdoc ILeaseEscrow
    address public immutable TREASURY;

    mapping(address asset => mapping(uint256 tokenId => Offer)) private _offers;
    mapping(address asset => mapping(uint256 tokenId => Lease)) private _leases;

    /// @notice Fee and treasury are for ever.
    /// @param treasury who gets the fee
    /// @param feeBp basis points of every rent, at most FEE_BP_MAX
    constructor(address treasury, uint256 feeBp) {
        if (treasury == address(0) || feeBp > FEE_BP_MAX) revert BadFee();
        TREASURY = treasury;
        FEE_BP = feeBp;
    }

    /// @inheritdoc ILeaseEscrow
    function offer(
        address asset,
        uint256 tokenId,
        address currency,
        uint96 price,
        uint32 period,
        uint32 minSeconds,
        uint32 maxSeconds
    ) external nonReentrant {
        _checkOwner(asset, tokenId);
        if (ILeasedAsset(asset).leaseEscrow() != address(this)) revert NotBound(asset);
        if (
            price == 0 || period == 0 || period > LEASE_PERIOD_MAX || minSeconds == 0
                || minSeconds > maxSeconds || maxSeconds > LEASE_SECONDS_MAX
        ) revert BadTerms();
        _offers[asset][tokenId] = Offer(msg.sender, minSeconds, maxSeconds, period, currency, price);
        emit Offered(asset, tokenId, msg.sender, currency, price, period, minSeconds, maxSeconds);
    }

    /// @inheritdoc ILeaseEscrow
    function withdrawOffer(address asset, uint256 tokenId) external nonReentrant {
        _checkOwner(asset, tokenId);
        delete _offers[asset][tokenId];
        emit OfferWithdrawn(asset, tokenId);
    }

    /// @inheritdoc ILeaseEscrow
    function lease(
        address asset,
        uint256 tokenId,
        uint256 duration,
        address currency,
        uint256 maxDeposit
    ) external nonReentrant returns (uint256 deposit) {
        Offer memory terms = _offers[asset][tokenId];
        if (terms.price == 0 || IERC721(asset).ownerOf(tokenId) != terms.lessor) revert NoOffer();
        uint256 until = _leases[asset][tokenId].end;
        if (block.timestamp < until) revert AlreadyLeased(until);
        if (duration < terms.minSeconds || duration > terms.maxSeconds) {
            revert BadDuration(duration, terms.minSeconds, terms.maxSeconds);
        }
        deposit = costOf(terms.price, terms.period, duration);
        if (terms.currency != currency || deposit > maxDeposit) {
            revert OfferChanged(terms.currency, deposit);
        }
        _settle(asset, tokenId);
        until = block.timestamp + duration;
        _leases[asset][tokenId] = Lease({
            lessee: msg.sender,
            start: block.timestamp.toUint48(),
            end: until.toUint48(),
            currency: currency,
            period: terms.period,
            price: terms.price,
            settled: 0
        });
        emit Leased(asset, tokenId, msg.sender, block.timestamp, until, currency, deposit);
        _take(currency, msg.sender, deposit);
        IERC4907(asset).setUser(tokenId, msg.sender, (until - 1).toUint64());
    }

    /// @inheritdoc ILeaseEscrow
    function end(address asset, uint256 tokenId) external nonReentrant returns (uint256 refund) {
        Lease storage last = _leases[asset][tokenId];
        if (msg.sender != last.lessee || block.timestamp >= last.end) {
            revert NotLessee(msg.sender);
        }
        refund = costOf(last.price, last.period, last.end - last.start)
            - costOf(last.price, last.period, block.timestamp - last.start);
        last.end = block.timestamp.toUint48();
        _settle(asset, tokenId);
        emit Ended(asset, tokenId, msg.sender, last.start, block.timestamp, refund);
        _credit(last.currency, msg.sender, refund);
        IERC4907(asset).setUser(tokenId, address(0), 0);
    }

    /// @inheritdoc ILeaseEscrow
    function settle(address asset, uint256 tokenId) external nonReentrant {
        _settle(asset, tokenId);
    }

    /// @inheritdoc ILeaseEscrow
    function userOf(address asset, uint256 tokenId) external view returns (address user) {
        Lease storage last = _leases[asset][tokenId];
        return block.timestamp < last.end ? last.lessee : address(0);
    }

    /// @inheritdoc ILeaseEscrow
    function userExpires(address asset, uint256 tokenId) external view returns (uint256 expires) {
        uint256 until = _leases[asset][tokenId].end;
        return until == 0 ? 0 : until - 1;
    }

    /// @inheritdoc ILeaseEscrow
    function getOffer(address asset, uint256 tokenId) external view returns (Offer memory terms) {
        return _offers[asset][tokenId];
    }

    /// @inheritdoc ILeaseEscrow
    function getLease(address asset, uint256 tokenId) external view returns (Lease memory last) {
        return _leases[asset][tokenId];
    }

    /// @inheritdoc ILeaseEscrow
    function costOf(uint256 price, uint256 period, uint256 duration)
        public
        pure
        returns (uint256 amount)
    {
        return Math.mulDiv(price, duration, period, Math.Rounding.Ceil);
    }

    /// @dev Credits what the last lease has earned since it was last settled.
    function _settle(address asset, uint256 tokenId) private {
        Lease storage last = _leases[asset][tokenId];
        uint256 start = last.start;
        if (start == 0) return;
        uint256 elapsed = Math.min(block.timestamp, last.end) - start;
        uint256 earned = costOf(last.price, last.period, elapsed);
        uint256 rent = earned - last.settled;
        if (rent == 0) return;
        last.settled = earned.toUint128();
        address owner = IERC721(asset).ownerOf(tokenId);
        uint256 fee = Math.mulDiv(rent, FEE_BP, BP, Math.Rounding.Ceil);
        emit RentSettled(asset, tokenId, owner, rent, fee);
        _credit(last.currency, TREASURY, fee);
        _credit(last.currency, owner, rent - fee);
    }

    /// @dev Only the owner of a token may offer it.
    function _checkOwner(address asset, uint256 tokenId) private view {
        if (IERC721(asset).ownerOf(tokenId) != msg.sender) revert NotOwner(msg.sender);
    }
}
