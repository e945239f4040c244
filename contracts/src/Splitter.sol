// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BP, PAYEES_MAX} from "./Limits.sol";
import {ISplitter} from "./interfaces/ISplitter.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Splitter
/// @notice See {ISplitter}.
/// @dev The registry makes one, and a minimal clone (ERC-1167) of it for each model.
contract Splitter is ISplitter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc ISplitter
    address public immutable REGISTRY = msg.sender;

    Payee[] private _payees;
    /// @inheritdoc ISplitter
    mapping(address currency => uint256) public owed;
    /// @inheritdoc ISplitter
    mapping(address currency => mapping(address account => uint256)) public owedOf;

    modifier onlyRegistry() {
        if (msg.sender != REGISTRY) revert NotRegistry(msg.sender);
        _;
    }

    /// @inheritdoc ISplitter
    receive() external payable {}

    /// @inheritdoc ISplitter
    function initialize(Payee[] calldata payees) external onlyRegistry {
        if (_payees.length != 0) revert AlreadyFixed();
        if (payees.length == 0 || payees.length > PAYEES_MAX) revert BadShares();
        uint256 sum = 0;
        for (uint256 i = 0; i < payees.length; i++) {
            if (payees[i].account == address(0) || payees[i].shareBp == 0) revert BadShares();
            sum += payees[i].shareBp;
            _payees.push(payees[i]);
        }
        if (sum != BP) revert BadShares();
        emit SharesFixed(payees);
    }

    /// @inheritdoc ISplitter
    function act(address target, bytes calldata data)
        external
        onlyRegistry
        returns (bytes memory answer)
    {
        return Address.functionCall(target, data);
    }

    /// @inheritdoc ISplitter
    function distribute(address currency) external nonReentrant returns (uint256 amount) {
        return _distribute(currency);
    }

    /// @inheritdoc ISplitter
    function release(address currency, address account)
        external
        nonReentrant
        returns (uint256 amount)
    {
        _distribute(currency);
        amount = owedOf[currency][account];
        if (amount == 0) revert NothingDue(currency, account);
        owedOf[currency][account] = 0;
        owed[currency] -= amount;
        emit Released(currency, account, amount);
        if (currency == address(0)) {
            Address.sendValue(payable(account), amount);
        } else {
            IERC20(currency).safeTransfer(account, amount);
        }
    }

    /// @inheritdoc ISplitter
    function getPayees() external view returns (Payee[] memory payees) {
        return _payees;
    }

    /// @dev What is here and owed to nobody yet. A currency that takes back what it gave divides
    /// nothing until it has given as much again.
    function _distribute(address currency) private returns (uint256 amount) {
        uint256 before = owed[currency];
        uint256 balance = currency == address(0)
            ? address(this).balance
            : IERC20(currency).balanceOf(address(this));
        if (balance <= before || _payees.length == 0) return 0;
        amount = balance - before;
        owed[currency] = balance;
        uint256 left = amount;
        uint256 last = _payees.length - 1;
        for (uint256 i = 0; i < last; i++) {
            // In halves, for amounts of any size: the share of the whole and that of the rest.
            uint256 share = amount / BP * _payees[i].shareBp + amount % BP * _payees[i].shareBp / BP;
            owedOf[currency][_payees[i].account] += share;
            left -= share;
        }
        owedOf[currency][_payees[last].account] += left;
        emit Distributed(currency, amount);
    }
}
