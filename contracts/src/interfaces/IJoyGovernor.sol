// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICountingQuadratic} from "./ICountingQuadratic.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title Types of proposals, each with its own quorum and threshold.
/// @notice A proposal says its type in the first bytes of its description, "#type=2 ...", so that
/// the type is a part of the proposal's id and any client can propose. Without it the type is 0. A
/// restricted type may only make calls that were allowed for it, without the native coin.
interface IProposalTypes {
    /// @notice The rule of a type.
    /// @param exists whether there is such a type
    /// @param isRestricted whether only allowed calls may be proposed
    /// @param quorumBp basis points of all people who must help, at most half
    /// @param thresholdBp basis points of all votes that those for must exceed, at most 9,000
    struct Rule {
        bool exists;
        bool isRestricted;
        uint16 quorumBp;
        uint16 thresholdBp;
    }

    /// @notice The rule of a type was set.
    /// @param proposalType which
    /// @param rule its rule from now on
    event RuleSet(uint8 indexed proposalType, Rule rule);

    /// @notice A call was allowed for a restricted type, or is not any more.
    /// @param proposalType which
    /// @param target whom to call
    /// @param selector the function, 0: a call without data
    /// @param allowed whether
    event CallAllowed(
        uint8 indexed proposalType, address indexed target, bytes4 indexed selector, bool allowed
    );

    /// @notice A proposal is of a type, and is decided by its rule as it was then.
    /// @param proposalId which
    /// @param proposalType its type
    /// @param quorumBp basis points
    /// @param thresholdBp basis points
    event ProposalTyped(
        uint256 indexed proposalId, uint8 indexed proposalType, uint16 quorumBp, uint16 thresholdBp
    );

    /// @notice There is no such type.
    /// @param proposalType what was said
    error UnknownType(uint256 proposalType);

    /// @notice A quorum above a half, a threshold above 9,000, or an end of type 0.
    error BadRule();

    /// @notice The type does not allow this call.
    /// @param proposalType which
    /// @param target whom
    /// @param selector the function
    error CallNotAllowed(uint8 proposalType, address target, bytes4 selector);

    /// @notice Sets the rule of a type; only by a proposal.
    /// @param proposalType which
    /// @param rule its rule
    function setRule(uint8 proposalType, Rule calldata rule) external;

    /// @notice Allows a call for a restricted type; only by a proposal.
    /// @param proposalType which
    /// @param target whom to call
    /// @param selector the function, 0: a call without data
    /// @param allowed whether
    function setAllowed(uint8 proposalType, address target, bytes4 selector, bool allowed) external;

    /// @notice The rule of a type.
    /// @param proposalType which
    /// @return rule as it is now
    function ruleOf(uint8 proposalType) external view returns (Rule memory rule);

    /// @notice Whether a restricted type may make a call.
    /// @param proposalType which
    /// @param target whom to call
    /// @param selector the function, 0: a call without data
    /// @return allowed whether
    function isAllowed(uint8 proposalType, address target, bytes4 selector)
        external
        view
        returns (bool allowed);

    /// @notice The type that a description says.
    /// @param description of a proposal
    /// @return proposalType 0 if it says none
    function typeOf(string calldata description) external pure returns (uint8 proposalType);
}

/// @title The community decides.
/// @notice OpenZeppelin's Governor on a clock of seconds; power is an identity, not a balance.
interface IJoyGovernor is IGovernor, ICountingQuadratic, IProposalTypes {
    /// @notice Voice credits for rounds to come were set.
    /// @param credits of each identity
    event CreditsSet(uint256 credits);

    /// @notice No credits, or more than a million.
    /// @param credits what was said
    error BadCredits(uint256 credits);

    /// @notice Sets voice credits; only by a proposal. A round keeps what held when it began.
    /// @param credits of each identity and round, at most a million
    function setCredits(uint256 credits) external;

    /// @notice Whose members vote.
    /// @return registry its address
    // forge-lint: disable-next-line(mixed-case-function)
    function IDENTITIES() external view returns (address registry);
}
