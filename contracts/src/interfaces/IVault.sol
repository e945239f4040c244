// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Everybody's Joy in one pool, and an account for everybody.
/// @notice One key, the operator, acts for all; each of its acts is one call with a number of its
/// own, whole or not at all, and never twice. What Joy leaves in a day is limited by the admin (the
/// timelock), who also replaces the key. Tokens of accounts are not limited: they can be sent
/// wherever the operator likes.
interface IVault {
    /// @notice One call of an account.
    /// @param target a contract, not the vault
    /// @param mayFail whether the rest is done all the same if this reverts
    /// @param data the call
    struct Call {
        address target;
        bool mayFail;
        bytes data;
    }

    /// @notice Calls were made as an account.
    /// @param op the number of this act
    /// @param salt whose account
    /// @param account its address
    /// @param fund Joy that it was given from the pool before, in wei
    event Ran(bytes32 indexed op, bytes32 indexed salt, address indexed account, uint256 fund);

    /// @notice Joy of an account went to the pool.
    /// @param op the number of the act that this was a part of
    /// @param salt whose account
    /// @param account its address
    /// @param amount in wei
    event Swept(bytes32 indexed op, bytes32 indexed salt, address indexed account, uint256 amount);

    /// @notice A call that may fail did.
    /// @param op the number of the act that this was a part of
    /// @param index of the call, from 0
    /// @param reason what it reverted with
    event CallFailed(bytes32 indexed op, uint256 index, bytes reason);

    /// @notice Joy left the pool.
    /// @param op the number of this act
    /// @param to who got it
    /// @param amount in wei
    event Paid(bytes32 indexed op, address indexed to, uint256 amount);

    /// @notice The head of a log, for anybody to compare.
    /// @param op the number of this act
    /// @param root a hash
    event Anchored(bytes32 indexed op, bytes32 indexed root);

    /// @notice Another key acts from now on.
    /// @param operator its address; zero: nobody acts
    event OperatorChanged(address indexed operator);

    /// @notice Another limit holds from now on, this day included.
    /// @param limit in wei
    event DailyLimitChanged(uint256 limit);

    /// @notice A deployment without an admin, or whose Joy is no contract.
    error BadSettings();

    /// @notice Only the admin may do this.
    /// @param caller who tried
    error NotAdmin(address caller);

    /// @notice Only the operator may do this.
    /// @param caller who tried
    error NotOperator(address caller);

    /// @notice This has been done.
    /// @param op the number of the act
    error AlreadyDone(bytes32 op);

    /// @notice Accounts call contracts, and not the vault.
    /// @param target what was to be called
    error BadTarget(address target);

    /// @notice Too much for one act.
    /// @param count of calls or accounts
    /// @param max how many it may be
    error TooMany(uint256 count, uint256 max);

    /// @notice A call reverted without saying why.
    /// @param index of the call, from 0
    error CallReverted(uint256 index);

    /// @notice A call that may fail failed with so little gas left that this may have been why.
    /// @param index of the call, from 0
    error NotEnoughGas(uint256 index);

    /// @notice Joy is paid to nobody, to itself or to the pool, or nothing is paid.
    /// @param to who was to get it
    /// @param amount in wei
    error BadPayment(address to, uint256 amount);

    /// @notice More Joy would leave in this UTC day than may.
    /// @param spent what has left, this included
    /// @param limit of a day
    error OverDailyLimit(uint256 spent, uint256 limit);

    /// @notice The currency delivered another amount than it was asked for.
    /// @param asked what should have arrived
    /// @param arrived what did
    error InexactTransfer(uint256 asked, uint256 arrived);

    /// @notice Acts as an account: funds it from the pool, makes its calls in their order, and takes
    /// back all Joy that it has then. What a call has let somebody take of its Joy ({IERC20-approve})
    /// is forbidden again in the end. An account that is not deployed yet is. Only the operator may.
    /// @param op number of this act, which was never used
    /// @param salt whose account
    /// @param fund Joy that the account is given, in wei
    /// @param calls at most 32; the first that fails and may not undoes all, with its reason
    /// @param others accounts whose Joy goes to the pool as well, at most 16
    function run(
        bytes32 op,
        bytes32 salt,
        uint256 fund,
        Call[] calldata calls,
        bytes32[] calldata others
    ) external;

    /// @notice Pays Joy out of the pool. Only the operator may.
    /// @param op number of this act, which was never used
    /// @param to who gets it; an account may, and brings it back in its next act
    /// @param amount in wei, not 0
    function pay(bytes32 op, address to, uint256 amount) external;

    /// @notice Tells the head of a log. Only the operator may.
    /// @param op number of this act, which was never used
    /// @param root a hash
    function anchor(bytes32 op, bytes32 root) external;

    /// @notice Lets another key act. Only the admin may.
    /// @param newOperator its address; zero: nobody acts
    function setOperator(address newOperator) external;

    /// @notice Limits the Joy that leaves in a UTC day: what is paid, and what the accounts' calls
    /// leave with others. Only the admin may.
    /// @param limit in wei
    function setDailyLimit(uint256 limit) external;

    /// @notice Where an account is or will be. It may be sent Joy and tokens before it is deployed.
    /// @param salt whose account
    /// @return account its address
    function accountOf(bytes32 salt) external view returns (address account);

    /// @notice Whether an act was done.
    /// @param op its number
    /// @return done whether
    function isDone(bytes32 op) external view returns (bool done);

    /// @notice What Joy has left in this UTC day.
    /// @return amount in wei
    function spentToday() external view returns (uint256 amount);

    /// @notice What Joy may leave in a UTC day.
    /// @return limit in wei
    function dailyLimit() external view returns (uint256 limit);

    /// @notice Who acts.
    /// @return key its address
    function operator() external view returns (address key);

    /// @notice Who replaces the operator and sets the limit.
    /// @return admin the timelock
    // forge-lint: disable-next-line(mixed-case-function)
    function ADMIN() external view returns (address admin);

    /// @notice The currency of the pool.
    /// @return joy an ERC-20
    // forge-lint: disable-next-line(mixed-case-function)
    function JOY() external view returns (IERC20 joy);

    /// @notice What accounts are clones of.
    /// @return account its address
    // forge-lint: disable-next-line(mixed-case-function)
    function ACCOUNT() external view returns (address account);
}
