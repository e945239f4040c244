// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPurse} from "./interfaces/IPurse.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Purse: what is owed is fetched, never sent unasked, so that no recipient can stop others.
/// @dev Takes exact amounts only: a currency that keeps a part of a transfer is refused. What one
/// currency does never touches the sums of another.
abstract contract Purse is IPurse, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    mapping(address currency => mapping(address account => uint256)) private _owed;

    /// @inheritdoc IPurse
    function withdraw(address currency, address account)
        external
        nonReentrant
        returns (uint256 amount)
    {
        amount = _owed[currency][account];
        if (amount == 0) revert NothingOwed(currency, account);
        _owed[currency][account] = 0;
        emit Withdrawn(currency, account, amount);
        IERC20(currency).safeTransfer(account, amount);
    }

    /// @inheritdoc IPurse
    function creditOf(address currency, address account) external view returns (uint256 amount) {
        return _owed[currency][account];
    }

    /// @dev Owes `account` more.
    function _credit(address currency, address account, uint256 amount) internal {
        if (amount == 0) return;
        _owed[currency][account] += amount;
        emit Credited(currency, account, amount);
    }

    /// @dev Takes exactly `amount` from `from`, who must have approved it.
    function _take(address currency, address from, uint256 amount) internal {
        uint256 before = IERC20(currency).balanceOf(address(this));
        IERC20(currency).safeTransferFrom(from, address(this), amount);
        uint256 arrived = IERC20(currency).balanceOf(address(this)) - before;
        if (arrived != amount) revert InexactTransfer(currency, amount, arrived);
    }
}
