// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {QUORUM_BP_MAX, THRESHOLD_BP_MAX} from "./Limits.sol";
import {IProposalTypes} from "./interfaces/IJoyGovernor.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";

/// @title ProposalTypes
/// @notice See {IProposalTypes}. A module of OpenZeppelin's Governor.
abstract contract ProposalTypes is Governor, IProposalTypes {
    bytes6 private constant MARK = "#type=";

    mapping(uint8 proposalType => Rule) private _rules;
    mapping(uint8 proposalType => mapping(address target => mapping(bytes4 selector => bool)))
        private _allowed;

    /// @inheritdoc IProposalTypes
    function setRule(uint8 proposalType, Rule calldata rule) external onlyGovernance {
        _setRuleOf(proposalType, rule);
    }

    /// @inheritdoc IProposalTypes
    function setAllowed(uint8 proposalType, address target, bytes4 selector, bool allowed)
        external
        onlyGovernance
    {
        _setAllowed(proposalType, target, selector, allowed);
    }

    /// @inheritdoc IProposalTypes
    function ruleOf(uint8 proposalType) external view returns (Rule memory rule) {
        return _rules[proposalType];
    }

    /// @inheritdoc IProposalTypes
    function isAllowed(uint8 proposalType, address target, bytes4 selector)
        external
        view
        returns (bool allowed)
    {
        return _allowed[proposalType][target][selector];
    }

    /// @inheritdoc IProposalTypes
    function typeOf(string calldata description) external pure returns (uint8 proposalType) {
        return _typeOf(bytes(description));
    }

    /// @dev The rule of a proposal's type, if there is one and it allows all calls.
    function _checkType(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) internal view returns (uint8 proposalType, Rule memory rule) {
        proposalType = _typeOf(bytes(description));
        rule = _rules[proposalType];
        if (!rule.exists) revert UnknownType(proposalType);
        if (!rule.isRestricted) return (proposalType, rule);
        for (uint256 i = 0; i < targets.length; i++) {
            // What has fewer than four bytes is no call of a function; padded, it must not pass.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes4 selector = bytes4(calldatas[i]);
            bool fits = calldatas[i].length >= 4 || calldatas[i].length == 0;
            if (!fits || values[i] != 0 || !_allowed[proposalType][targets[i]][selector]) {
                revert CallNotAllowed(proposalType, targets[i], selector);
            }
        }
    }

    /// @dev See {setRule}.
    function _setRuleOf(uint8 proposalType, Rule memory rule) internal {
        if (
            rule.quorumBp > QUORUM_BP_MAX || rule.thresholdBp > THRESHOLD_BP_MAX
                || (proposalType == 0 && (!rule.exists || rule.isRestricted))
        ) revert BadRule();
        _rules[proposalType] = rule;
        emit RuleSet(proposalType, rule);
    }

    /// @dev See {setAllowed}.
    function _setAllowed(uint8 proposalType, address target, bytes4 selector, bool allowed)
        internal
    {
        _allowed[proposalType][target][selector] = allowed;
        emit CallAllowed(proposalType, target, selector, allowed);
    }

    /// @dev "#type=" and one to three digits, then anything but a digit.
    function _typeOf(bytes memory text) private pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast)
        if (text.length < 7 || bytes6(text) != MARK) return 0;
        uint256 number = 0;
        uint256 i = 6;
        for (; i < text.length && text[i] >= "0" && text[i] <= "9"; i++) {
            number = number * 10 + uint8(text[i]) - 48;
            if (number > type(uint8).max) revert UnknownType(number);
        }
        if (i == 6) return 0;
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(number);
    }
}
