// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WINDOW_MAX, WINDOW_MIN} from "./Limits.sol";
import {Purse} from "./Purse.sol";
import {IVoucherChannel} from "./interfaces/IVoucherChannel.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title VoucherChannel
/// @notice See {IVoucherChannel}.
contract VoucherChannel is IVoucherChannel, Purse, EIP712 {
    using SafeCast for uint256;

    bytes32 private constant VOUCHER_TYPEHASH =
        keccak256("Voucher(bytes32 channelId,uint128 amount)");

    mapping(bytes32 channelId => Channel) private _channels;

    /// @notice Nothing to set.
    constructor() EIP712("Stoa Voucher Channel", "1") {}

    /// @inheritdoc IVoucherChannel
    function open(
        address payee,
        address currency,
        address signer,
        uint128 deposit,
        uint32 window,
        bytes32 salt
    ) external nonReentrant returns (bytes32 channelId) {
        if (
            payee == address(0) || payee == msg.sender || deposit == 0 || window < WINDOW_MIN
                || window > WINDOW_MAX
        ) revert BadChannel();
        channelId = channelIdOf(msg.sender, payee, currency, salt);
        Channel storage channel = _channels[channelId];
        if (channel.payer != address(0)) revert AlreadyOpened(channelId);
        channel.payer = msg.sender;
        channel.window = window;
        channel.payee = payee;
        channel.currency = currency;
        channel.signer = signer == address(0) ? msg.sender : signer;
        channel.deposit = deposit;
        emit Opened(channelId, msg.sender, payee, currency, channel.signer, deposit, window);
        _take(currency, msg.sender, deposit);
    }

    /// @inheritdoc IVoucherChannel
    function topUp(bytes32 channelId, uint128 amount) external nonReentrant {
        Channel storage channel = _open(channelId);
        if (channel.closesAt != 0) revert AlreadyClosing(channel.closesAt);
        channel.deposit += amount;
        emit ToppedUp(channelId, channel.deposit);
        _take(channel.currency, msg.sender, amount);
    }

    /// @inheritdoc IVoucherChannel
    function claim(bytes32 channelId, uint128 amount, bytes calldata signature)
        external
        nonReentrant
    {
        Channel storage channel = _open(channelId);
        uint256 closesAt = channel.closesAt;
        if (closesAt != 0 && block.timestamp >= closesAt) revert TooLate(closesAt);
        uint128 capped = amount < channel.deposit ? amount : channel.deposit;
        uint128 claimed = channel.claimed;
        if (capped <= claimed) revert NotHigher(amount, claimed);
        if (!SignatureChecker.isValidSignatureNowCalldata(
                channel.signer, voucherDigest(channelId, amount), signature
            )) revert BadSignature(channel.signer);
        channel.claimed = capped;
        emit Claimed(channelId, capped);
        _credit(channel.currency, channel.payee, capped - claimed);
    }

    /// @inheritdoc IVoucherChannel
    function close(bytes32 channelId) external nonReentrant {
        Channel storage channel = _open(channelId);
        if (msg.sender == channel.payee) {
            _finish(channelId, channel);
        } else if (msg.sender == channel.payer) {
            if (channel.closesAt != 0) revert AlreadyClosing(channel.closesAt);
            channel.closesAt = (block.timestamp + channel.window).toUint48();
            emit Closing(channelId, channel.closesAt);
        } else {
            revert NotParty(msg.sender);
        }
    }

    /// @inheritdoc IVoucherChannel
    function finish(bytes32 channelId) external nonReentrant {
        Channel storage channel = _open(channelId);
        uint256 closesAt = channel.closesAt;
        if (closesAt == 0 || block.timestamp < closesAt) revert TooEarly(closesAt);
        _finish(channelId, channel);
    }

    /// @inheritdoc IVoucherChannel
    function getChannel(bytes32 channelId) external view returns (Channel memory channel) {
        return _channels[channelId];
    }

    /// @inheritdoc IVoucherChannel
    function channelIdOf(address payer, address payee, address currency, bytes32 salt)
        public
        pure
        returns (bytes32 channelId)
    {
        return keccak256(abi.encode(payer, payee, currency, salt));
    }

    /// @inheritdoc IVoucherChannel
    function voucherDigest(bytes32 channelId, uint128 amount) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, amount)));
    }

    /// @dev The payer keeps the channel's id for ever: its vouchers must not count in another one.
    function _finish(bytes32 channelId, Channel storage channel) private {
        uint128 refund = channel.deposit - channel.claimed;
        emit Closed(channelId, channel.claimed, refund);
        channel.deposit = 0;
        _credit(channel.currency, channel.payer, refund);
    }

    function _open(bytes32 channelId) private view returns (Channel storage channel) {
        channel = _channels[channelId];
        if (channel.deposit == 0) revert NotOpen(channelId);
    }
}
