// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How quadratic ballots become a result: rules 7 and 9 to 14 of services/governance/tally.h,
/// for the options (for, against) of which against means no.
/// @notice A ballot abstains, or gives whole votes to one side or both. v votes cost v * v voice
/// credits; an identity has one line of credits for a round, whatever the number of proposals and
/// wallets. A new ballot replaces the old one exactly. The quorum counts people who abstain or vote
/// for; the result counts votes. How to vote, by `support` and `params` of {IGovernor}:
///   0 against, 1 for: without params one vote, or abi.encode(uint256 votes);
///   2 abstains: without params;
///   255: abi.encode(uint256 forVotes, uint256 againstVotes), not both 0.
interface ICountingQuadratic {
    /// @notice A ballot as it counts.
    /// @param isCast whether there is one
    /// @param abstains whether it abstains
    /// @param forVotes votes for
    /// @param againstVotes votes against
    struct Ballot {
        bool isCast;
        bool abstains;
        uint16 forVotes;
        uint16 againstVotes;
    }

    /// @notice The count of a proposal, and the rule that decides it.
    /// @param forVotes votes for
    /// @param againstVotes votes against
    /// @param voted people whose ballots count
    /// @param abstaining people who abstain
    /// @param helping people who help the quorum: they abstain or vote for
    /// @param quorumBp basis points of all people who must help
    /// @param thresholdBp basis points of all votes that those for must exceed
    struct Tally {
        uint64 forVotes;
        uint64 againstVotes;
        uint32 voted;
        uint32 abstaining;
        uint32 helping;
        uint16 quorumBp;
        uint16 thresholdBp;
    }

    /// @notice A ballot counts, instead of the identity's ballot before it.
    /// @param proposalId which proposal
    /// @param identity whose ballot
    /// @param ballot what it says
    /// @param spent the identity's credits spent in this round, all proposals
    event BallotCounted(
        uint256 indexed proposalId, uint256 indexed identity, Ballot ballot, uint256 spent
    );

    /// @notice The wallet had no identity when the vote began.
    /// @param voter the wallet
    error NoIdentity(address voter);

    /// @notice Params do not fit the support, or the ballot names nothing.
    error BadBallot();

    /// @notice More votes for one option than a ballot may have.
    /// @param votes what was asked
    /// @param max the most
    error TooManyVotes(uint256 votes, uint256 max);

    /// @notice The ballot costs more than what is left.
    /// @param cost of this ballot
    /// @param left of the round's credits, this proposal's earlier ballot given back
    error NotEnoughCredits(uint256 cost, uint256 left);

    /// @notice The count of a proposal.
    /// @param proposalId which
    /// @return tally so far
    function tallyOf(uint256 proposalId) external view returns (Tally memory tally);

    /// @notice The ballot of an identity.
    /// @param proposalId which proposal
    /// @param identity whose
    /// @return ballot the last one
    function ballotOf(uint256 proposalId, uint256 identity)
        external
        view
        returns (Ballot memory ballot);

    /// @notice What an identity has spent.
    /// @param identity whose
    /// @param round which, see {roundAt}
    /// @return credits of all its ballots in that round
    function spentOf(uint256 identity, uint256 round) external view returns (uint256 credits);

    /// @notice The round that a vote belongs to.
    /// @param timepoint when it begins (its snapshot), UNIX time
    /// @return round whole round lengths since 1970
    function roundAt(uint256 timepoint) external view returns (uint256 round);

    /// @notice Voice credits of each identity for a round.
    /// @param round which
    /// @return credits as they were when it began
    function creditsOf(uint256 round) external view returns (uint256 credits);
}
