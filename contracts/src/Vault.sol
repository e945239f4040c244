// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Account} from "./Account.sol";
import {TRIAL_GAS_LEFT, VAULT_ACCOUNTS_MAX, VAULT_CALLS_MAX} from "./Limits.sol";
import {IAccount} from "./interfaces/IAccount.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Vault
/// @notice See {IVault}.
/// @dev What Joy an act costs is what pool and account have less after its calls than before. Other
/// accounts are swept after that is counted, so that their Joy cannot pay for it.
contract Vault is IVault, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IVault
    address public immutable ADMIN;
    /// @inheritdoc IVault
    IERC20 public immutable JOY;
    /// @inheritdoc IVault
    address public immutable ACCOUNT;

    /// @inheritdoc IVault
    address public operator;
    /// @inheritdoc IVault
    uint256 public dailyLimit;
    /// @inheritdoc IVault
    mapping(bytes32 op => bool) public isDone;
    /// @dev Days since 1970 of what was spent last.
    uint256 private _day;
    uint256 private _spent;

    modifier onlyAdmin() {
        if (msg.sender != ADMIN) revert NotAdmin(msg.sender);
        _;
    }

    /// @dev By the operator, and once.
    modifier once(bytes32 op) {
        if (msg.sender != operator) revert NotOperator(msg.sender);
        if (isDone[op]) revert AlreadyDone(op);
        isDone[op] = true;
        _;
    }

    /// @notice Makes what accounts are clones of.
    /// @param admin who replaces the operator and sets the limit: the timelock
    /// @param firstOperator who acts; zero: nobody yet
    /// @param joy the currency of the pool
    /// @param limit of the Joy that leaves in a UTC day, in wei
    constructor(address admin, address firstOperator, IERC20 joy, uint256 limit) {
        if (admin == address(0) || address(joy).code.length == 0) revert BadSettings();
        ADMIN = admin;
        JOY = joy;
        ACCOUNT = address(new Account());
        operator = firstOperator;
        dailyLimit = limit;
        emit OperatorChanged(firstOperator);
        emit DailyLimitChanged(limit);
    }

    /// @inheritdoc IVault
    function run(
        bytes32 op,
        bytes32 salt,
        uint256 fund,
        Call[] calldata calls,
        bytes32[] calldata others
    ) external once(op) nonReentrant {
        if (calls.length > VAULT_CALLS_MAX) {
            revert TooMany(calls.length, VAULT_CALLS_MAX);
        }
        if (others.length > VAULT_ACCOUNTS_MAX) revert TooMany(others.length, VAULT_ACCOUNTS_MAX);
        address account = _deployed(salt);
        emit Ran(op, salt, account, fund);
        uint256 before = _together(account);
        if (fund != 0) _fund(account, fund);
        for (uint256 i = 0; i < calls.length; i++) {
            _make(op, IAccount(account), calls[i], i);
        }
        for (uint256 i = 0; i < calls.length; i++) {
            _forbid(IAccount(account), calls[i]);
        }
        uint256 left = _together(account);
        if (left < before) _spend(before - left);
        _sweep(op, salt);
        for (uint256 i = 0; i < others.length; i++) {
            _sweep(op, others[i]);
        }
    }

    /// @inheritdoc IVault
    function pay(bytes32 op, address to, uint256 amount) external once(op) nonReentrant {
        if (to == address(0) || to == address(this) || to == address(JOY) || amount == 0) {
            revert BadPayment(to, amount);
        }
        _spend(amount);
        uint256 before = JOY.balanceOf(to);
        JOY.safeTransfer(to, amount);
        _checkArrived(amount, JOY.balanceOf(to) - before);
        emit Paid(op, to, amount);
    }

    /// @inheritdoc IVault
    function anchor(bytes32 op, bytes32 root) external once(op) {
        emit Anchored(op, root);
    }

    /// @inheritdoc IVault
    function setOperator(address newOperator) external onlyAdmin {
        operator = newOperator;
        emit OperatorChanged(newOperator);
    }

    /// @inheritdoc IVault
    function setDailyLimit(uint256 limit) external onlyAdmin {
        dailyLimit = limit;
        emit DailyLimitChanged(limit);
    }

    /// @inheritdoc IVault
    function accountOf(bytes32 salt) public view returns (address account) {
        return Clones.predictDeterministicAddress(ACCOUNT, salt);
    }

    /// @inheritdoc IVault
    function spentToday() external view returns (uint256 amount) {
        return _day == block.timestamp / 1 days ? _spent : 0;
    }

    /// @dev The account, which is there afterwards.
    function _deployed(bytes32 salt) private returns (address account) {
        account = accountOf(salt);
        if (account.code.length == 0) Clones.cloneDeterministic(ACCOUNT, salt);
    }

    /// @dev Joy of pool and account.
    function _together(address account) private view returns (uint256 amount) {
        return JOY.balanceOf(address(this)) + JOY.balanceOf(account);
    }

    function _fund(address account, uint256 amount) private {
        uint256 before = JOY.balanceOf(account);
        JOY.safeTransfer(account, amount);
        _checkArrived(amount, JOY.balanceOf(account) - before);
    }

    /// @dev One call. Whoever estimates gas looks for the least with which the whole succeeds: a
    /// call that may fail must not make that too little for itself.
    function _make(bytes32 op, IAccount account, Call calldata one, uint256 index) private {
        if (one.target == address(this) || one.target.code.length == 0) {
            revert BadTarget(one.target);
        }
        uint256 gas = gasleft();
        (bool ok, bytes memory answer) = account.execute(one.target, one.data);
        if (ok) return;
        if (one.mayFail) {
            if (gasleft() < gas / TRIAL_GAS_LEFT) revert NotEnoughGas(index);
            emit CallFailed(op, index, answer);
            return;
        }
        if (answer.length == 0) revert CallReverted(index);
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev Whom a call has let take Joy may not any more.
    function _forbid(IAccount account, Call calldata one) private {
        if (
            one.target != address(JOY) || one.data.length < 36
                || bytes4(one.data) != IERC20.approve.selector
        ) return;
        address spender = address(uint160(uint256(bytes32(one.data[4:36]))));
        if (JOY.allowance(address(account), spender) == 0) return;
        (bool ok,) = account.execute(address(JOY), abi.encodeCall(IERC20.approve, (spender, 0)));
        if (!ok || JOY.allowance(address(account), spender) != 0) revert BadTarget(address(JOY));
    }

    /// @dev All Joy of an account, to the pool. What has none is not deployed for it.
    function _sweep(bytes32 op, bytes32 salt) private {
        uint256 amount = JOY.balanceOf(accountOf(salt));
        if (amount == 0) return;
        address account = _deployed(salt);
        uint256 before = JOY.balanceOf(address(this));
        (bool ok,) = IAccount(account)
            .execute(address(JOY), abi.encodeCall(IERC20.transfer, (address(this), amount)));
        uint256 arrived = JOY.balanceOf(address(this)) - before;
        if (!ok) revert InexactTransfer(amount, arrived);
        _checkArrived(amount, arrived);
        emit Swept(op, salt, account, amount);
    }

    function _spend(uint256 amount) private {
        uint256 day = block.timestamp / 1 days;
        uint256 spent = _day == day ? _spent + amount : amount;
        if (spent > dailyLimit) revert OverDailyLimit(spent, dailyLimit);
        (_day, _spent) = (day, spent);
    }

    function _checkArrived(uint256 asked, uint256 arrived) private pure {
        if (arrived != asked) revert InexactTransfer(asked, arrived);
    }
}
