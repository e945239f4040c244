// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BP, ROUND_SECONDS_MAX, ROUND_SECONDS_MIN, VOTES_MAX} from "./Limits.sol";
import {ICountingQuadratic} from "./interfaces/ICountingQuadratic.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title CountingQuadratic
/// @notice See {ICountingQuadratic}. A module of OpenZeppelin's Governor.
/// @dev Sums are checked by the compiler: a ballot adds at most 2 * VOTES_MAX, so 64 bits hold the
/// ballots of more people than 32 bits count.
abstract contract CountingQuadratic is Governor, ICountingQuadratic {
    /// @dev One slot: an identity's line of credits for a round, and its ballot for the proposal that
    /// it voted on first. Most people vote once a round, and pay for one slot. Ballots for other
    /// proposals stand in `_others`. The tag is the end of that proposal's id, 0: no ballot yet.
    struct Line {
        uint192 tag;
        uint24 spent;
        bool abstains;
        uint16 forVotes;
        uint16 againstVotes;
    }

    /// @dev `support` of ballots; the first three are OpenZeppelin's.
    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    uint8 private constant ABSTAIN = 2;
    uint8 private constant BOTH = 255;

    /// @dev Seconds of a round.
    uint256 private immutable ROUND_SECONDS;

    mapping(uint256 proposalId => Tally) private _tallies;
    mapping(uint256 round => mapping(uint256 identity => Line)) private _lines;
    mapping(uint256 proposalId => mapping(uint256 identity => Ballot)) private _others;

    /// @param roundSeconds how long a line of credits lasts
    constructor(uint256 roundSeconds) {
        if (roundSeconds < ROUND_SECONDS_MIN || roundSeconds > ROUND_SECONDS_MAX) {
            revert GovernorInvalidVotingPeriod(roundSeconds);
        }
        ROUND_SECONDS = roundSeconds;
    }

    /// @inheritdoc IGovernor
    // forge-lint: disable-next-line(mixed-case-function)
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=for,abstain&params=quadratic";
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return ballotOf(proposalId, _identityAt(account, proposalSnapshot(proposalId))).isCast;
    }

    /// @inheritdoc ICountingQuadratic
    function tallyOf(uint256 proposalId) public view returns (Tally memory tally) {
        return _tallies[proposalId];
    }

    /// @inheritdoc ICountingQuadratic
    function ballotOf(uint256 proposalId, uint256 identity)
        public
        view
        returns (Ballot memory ballot)
    {
        uint256 round = roundAt(proposalSnapshot(proposalId));
        return _ballotOf(proposalId, identity, _lines[round][identity]);
    }

    /// @inheritdoc ICountingQuadratic
    function spentOf(uint256 identity, uint256 round) external view returns (uint256 credits) {
        return _lines[round][identity].spent;
    }

    /// @inheritdoc ICountingQuadratic
    function roundAt(uint256 timepoint) public view returns (uint256 round) {
        return timepoint / ROUND_SECONDS;
    }

    /// @inheritdoc ICountingQuadratic
    function creditsOf(uint256 round) public view returns (uint256 credits) {
        return _creditsAt(round * ROUND_SECONDS);
    }

    // ---- what the whole contract knows ----

    /// @dev The identity of a wallet at a time that is past; 0: none.
    function _identityAt(address account, uint256 timepoint) internal view virtual returns (uint256);

    /// @dev All identities at a time that is past.
    function _eligibleAt(uint256 timepoint) internal view virtual returns (uint256);

    /// @dev Voice credits of an identity for a round that began then.
    function _creditsAt(uint256 timepoint) internal view virtual returns (uint256);

    // ---- counting ----

    /// @dev The rule in force now decides this proposal.
    function _setRule(uint256 proposalId, uint16 quorumBp, uint16 thresholdBp) internal {
        _tallies[proposalId].quorumBp = quorumBp;
        _tallies[proposalId].thresholdBp = thresholdBp;
    }

    /// @inheritdoc Governor
    /// @dev The weight of a wallet is what its identity may spend in the round.
    function _getVotes(address account, uint256 timepoint, bytes memory)
        internal
        view
        override
        returns (uint256)
    {
        return _identityAt(account, timepoint) == 0 ? 0 : creditsOf(roundAt(timepoint));
    }

    /// @inheritdoc Governor
    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 credits,
        bytes memory params
    ) internal override returns (uint256 votes) {
        uint256 snapshot = proposalSnapshot(proposalId);
        uint256 identity = _identityAt(account, snapshot);
        if (identity == 0) revert NoIdentity(account);
        Ballot memory ballot = _read(support, params);
        Ballot memory old = _record(proposalId, identity, roundAt(snapshot), ballot, credits);
        _replace(_tallies[proposalId], old, ballot);
        return uint256(ballot.forVotes) + ballot.againstVotes;
    }

    /// @dev Gives back what the old ballot cost, takes what the new one does, and writes it down.
    function _record(
        uint256 proposalId,
        uint256 identity,
        uint256 round,
        Ballot memory ballot,
        uint256 credits
    ) private returns (Ballot memory old) {
        Line memory line = _lines[round][identity];
        old = _ballotOf(proposalId, identity, line);
        uint256 others = line.spent - _costOf(old);
        uint256 cost = _costOf(ballot);
        if (others + cost > credits) {
            revert NotEnoughCredits(cost, credits > others ? credits - others : 0);
        }
        // At most CREDITS_MAX, as credits are.
        // forge-lint: disable-next-line(unsafe-typecast)
        line.spent = uint24(others + cost);
        uint192 tag = uint192(proposalId);
        if (line.tag == 0 || line.tag == tag) {
            line = Line(tag, line.spent, ballot.abstains, ballot.forVotes, ballot.againstVotes);
        } else {
            _others[proposalId][identity] = ballot;
        }
        _lines[round][identity] = line;
        emit BallotCounted(proposalId, identity, ballot, line.spent);
    }

    function _ballotOf(uint256 proposalId, uint256 identity, Line memory line)
        private
        view
        returns (Ballot memory)
    {
        if (line.tag == 0) return Ballot(false, false, 0, 0);
        if (line.tag == uint192(proposalId)) {
            return Ballot(true, line.abstains, line.forVotes, line.againstVotes);
        }
        return _others[proposalId][identity];
    }

    /// @inheritdoc Governor
    /// @dev Rule 14.
    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        Tally memory tally = _tallies[proposalId];
        uint256 eligible = _eligibleAt(proposalSnapshot(proposalId));
        return eligible > 0 && tally.helping * BP >= tally.quorumBp * eligible;
    }

    /// @inheritdoc Governor
    /// @dev Rules 11 and 13: more for than against, and more than the threshold of all.
    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        Tally memory tally = _tallies[proposalId];
        uint256 basis = uint256(tally.forVotes) + tally.againstVotes;
        return
            tally.forVotes > tally.againstVotes && tally.forVotes * BP > tally.thresholdBp * basis;
    }

    // ---- ballots ----

    /// @dev The ballot that a voter means.
    function _read(uint8 support, bytes memory params) private pure returns (Ballot memory ballot) {
        uint256 forVotes = 0;
        uint256 againstVotes = 0;
        if (support == BOTH) {
            if (params.length != 64) revert BadBallot();
            (forVotes, againstVotes) = abi.decode(params, (uint256, uint256));
        } else if (support == ABSTAIN) {
            if (params.length != 0) revert BadBallot();
            return Ballot(true, true, 0, 0);
        } else {
            if (support > FOR) revert GovernorInvalidVoteType();
            if (params.length != 0 && params.length != 32) revert BadBallot();
            uint256 votes = params.length == 0 ? 1 : abi.decode(params, (uint256));
            (forVotes, againstVotes) = support == AGAINST ? (uint256(0), votes) : (votes, 0);
        }
        if (forVotes == 0 && againstVotes == 0) revert BadBallot();
        if (forVotes > VOTES_MAX) revert TooManyVotes(forVotes, VOTES_MAX);
        if (againstVotes > VOTES_MAX) revert TooManyVotes(againstVotes, VOTES_MAX);
        // forge-lint: disable-next-line(unsafe-typecast)
        return Ballot(true, false, uint16(forVotes), uint16(againstVotes));
    }

    /// @dev Rule 7.
    function _costOf(Ballot memory ballot) private pure returns (uint256) {
        return uint256(ballot.forVotes) * ballot.forVotes + uint256(ballot.againstVotes)
            * ballot.againstVotes;
    }

    /// @dev Rule 9: for the quorum, who abstains or names another option than against.
    function _helps(Ballot memory ballot) private pure returns (uint32) {
        return ballot.abstains || ballot.forVotes > 0 ? 1 : 0;
    }

    /// @dev Sums without the old ballot and with the new one.
    function _replace(Tally storage stored, Ballot memory old, Ballot memory ballot) private {
        Tally memory tally = stored;
        tally.forVotes = tally.forVotes - old.forVotes + ballot.forVotes;
        tally.againstVotes = tally.againstVotes - old.againstVotes + ballot.againstVotes;
        tally.voted += old.isCast ? 0 : 1;
        tally.abstaining = tally.abstaining - (old.abstains ? 1 : 0) + (ballot.abstains ? 1 : 0);
        tally.helping = tally.helping - _helps(old) + _helps(ballot);
        stored.forVotes = tally.forVotes;
        stored.againstVotes = tally.againstVotes;
        stored.voted = tally.voted;
        stored.abstaining = tally.abstaining;
        stored.helping = tally.helping;
    }
}
