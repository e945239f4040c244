// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPurse} from "./IPurse.sol";

/// @title Metered use paid by vouchers that add up.
/// @notice A payer locks a deposit for one payee and signs, off the chain, how much the payee has
/// earned so far. Each voucher includes those before it, so that only the highest counts: the payee
/// keeps one number. EIP-712, domain "Stoa Voucher Channel" version "1", type
/// Voucher(bytes32 channelId,uint128 amount).
interface IVoucherChannel is IPurse {
    /// @notice A channel.
    /// @param payer whose deposit it is
    /// @param closesAt when anybody may finish it, UNIX time; 0: nobody has asked to close
    /// @param window seconds between the payer's wish to close and the end
    /// @param payee who earns
    /// @param currency the ERC-20
    /// @param signer whose vouchers count: the payer, or a key of theirs
    /// @param deposit what was locked in all
    /// @param claimed the highest voucher seen, at most the deposit; credited to the payee
    struct Channel {
        address payer;
        uint48 closesAt;
        uint32 window;
        address payee;
        address currency;
        address signer;
        uint128 deposit;
        uint128 claimed;
    }

    /// @notice A channel was opened.
    /// @param channelId which
    /// @param payer whose deposit it is
    /// @param payee who earns
    /// @param currency the ERC-20
    /// @param signer whose vouchers count
    /// @param deposit what was locked
    /// @param window the challenge window in seconds
    event Opened(
        bytes32 indexed channelId,
        address indexed payer,
        address indexed payee,
        address currency,
        address signer,
        uint256 deposit,
        uint256 window
    );

    /// @notice A deposit grew.
    /// @param channelId which channel
    /// @param deposit what is locked in all
    event ToppedUp(bytes32 indexed channelId, uint256 deposit);

    /// @notice A higher voucher was seen.
    /// @param channelId which channel
    /// @param amount what the payee has earned so far
    event Claimed(bytes32 indexed channelId, uint256 amount);

    /// @notice The payer wishes to close.
    /// @param channelId which channel
    /// @param closesAt until then the payee may claim, UNIX time
    event Closing(bytes32 indexed channelId, uint256 closesAt);

    /// @notice A channel is closed.
    /// @param channelId which
    /// @param claimed what the payee has earned
    /// @param refund what the payer got back
    event Closed(bytes32 indexed channelId, uint256 claimed, uint256 refund);

    /// @notice Nobody as payee, or payee and payer are one; no deposit; a window out of bounds.
    error BadChannel();

    /// @notice There is such a channel, or there was.
    /// @param channelId which
    error AlreadyOpened(bytes32 channelId);

    /// @notice There is no such channel, or it is closed.
    /// @param channelId which
    error NotOpen(bytes32 channelId);

    /// @notice Only a party of the channel may do this.
    /// @param caller who tried
    error NotParty(address caller);

    /// @notice The payer has asked to close already.
    /// @param closesAt when the channel can be finished
    error AlreadyClosing(uint256 closesAt);

    /// @notice The window is still open, or nobody has asked to close.
    /// @param closesAt when it will be over; 0: nobody has asked
    error TooEarly(uint256 closesAt);

    /// @notice The window is over.
    /// @param closesAt since when
    error TooLate(uint256 closesAt);

    /// @notice The voucher is not above the one that was seen.
    /// @param amount its amount
    /// @param claimed the highest so far
    error NotHigher(uint256 amount, uint256 claimed);

    /// @notice The signature is not the signer's.
    /// @param signer who should have signed
    error BadSignature(address signer);

    /// @notice Opens a channel of the caller, who has approved the deposit.
    /// @param payee who earns
    /// @param currency the ERC-20
    /// @param signer whose vouchers count; zero: the caller's own
    /// @param deposit in the currency's smallest unit
    /// @param window seconds, ten minutes to thirty days
    /// @param salt to tell apart channels of the same parties; each is used once
    /// @return channelId see {channelIdOf}
    function open(
        address payee,
        address currency,
        address signer,
        uint128 deposit,
        uint32 window,
        bytes32 salt
    ) external returns (bytes32 channelId);

    /// @notice Adds to a deposit. Anybody may; it becomes the payer's.
    /// @param channelId which channel
    /// @param amount how much more
    function topUp(bytes32 channelId, uint128 amount) external;

    /// @notice Shows a voucher that is higher than those before. Anybody may, until the channel
    /// closes; the difference is credited to the payee. More than the deposit counts as the deposit.
    /// @param channelId which channel
    /// @param amount what the payee has earned so far
    /// @param signature the signer's (65 bytes, or what an ERC-1271 wallet takes)
    function claim(bytes32 channelId, uint128 amount, bytes calldata signature) external;

    /// @notice Closes a channel. The payee's word ends it at once, the payer's begins the window.
    /// @param channelId which channel
    function close(bytes32 channelId) external;

    /// @notice Ends a channel after its window. Anybody may.
    /// @param channelId which channel
    function finish(bytes32 channelId) external;

    /// @notice One channel.
    /// @param channelId which
    /// @return channel its payer is zero if there is none, its deposit 0 if it is closed
    function getChannel(bytes32 channelId) external view returns (Channel memory channel);

    /// @notice What the id of a channel will be.
    /// @param payer whose deposit
    /// @param payee who earns
    /// @param currency the ERC-20
    /// @param salt to tell apart channels of the same parties
    /// @return channelId keccak256(abi.encode(payer, payee, currency, salt))
    function channelIdOf(address payer, address payee, address currency, bytes32 salt)
        external
        pure
        returns (bytes32 channelId);

    /// @notice What a voucher's signer signs (EIP-712).
    /// @param channelId which channel
    /// @param amount what the payee has earned so far
    /// @return digest 32 bytes
    function voucherDigest(bytes32 channelId, uint128 amount) external view returns (bytes32 digest);
}
