// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5192} from "./IERC5192.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

/// @title One person, one identity, one wallet at a time.
/// @notice An ERC-721 token that is bound to its wallet (ERC-5192). The owner (a timelock), or some
/// of the signers together, attest that a wallet is a person's; they may move it to a new wallet of
/// that person, or revoke it. What holds is recorded over time on a clock of seconds (ERC-6372), so
/// that a vote counts by what held when it began. EIP-712, domain "Stoa Identity Registry" version
/// "1", types Attest(bytes32 person,address wallet,uint256 nonce,uint256 deadline),
/// Recover(bytes32 person,address wallet,uint256 nonce,uint256 deadline),
/// Revoke(bytes32 person,uint256 nonce,uint256 deadline).
interface IIdentityRegistry is IERC721Metadata, IERC5192, IERC6372 {
    /// @notice A person has an identity.
    /// @param identity its number, from 1 on
    /// @param person a commitment to who it is
    /// @param wallet where it is
    event Attested(uint256 indexed identity, bytes32 indexed person, address indexed wallet);

    /// @notice An identity moved to a new wallet.
    /// @param identity its number
    /// @param from the old wallet
    /// @param to the new one
    event Recovered(uint256 indexed identity, address indexed from, address indexed to);

    /// @notice An identity ended.
    /// @param identity its number
    /// @param wallet where it was
    event Revoked(uint256 indexed identity, address indexed wallet);

    /// @notice Others attest from now on.
    /// @param signers in ascending order
    /// @param threshold how many of them it takes; 0: the owner alone attests
    event SignersChanged(address[] signers, uint256 threshold);

    /// @notice Only the owner may do this.
    /// @param caller who tried
    error NotOwner(address caller);

    /// @notice An identity does not change hands.
    error Soulbound();

    /// @notice The person has an identity.
    /// @param identity its number
    error PersonKnown(uint256 identity);

    /// @notice The person has no identity.
    /// @param person who
    error PersonUnknown(bytes32 person);

    /// @notice The wallet has an identity.
    /// @param identity its number
    error WalletTaken(uint256 identity);

    /// @notice No person, or no wallet.
    error BadIdentity();

    /// @notice Signers not in ascending order, too many, or a threshold above their number.
    error BadSigners();

    /// @notice Too few signatures, one not by a signer, or not in ascending order of signers.
    error BadSignatures();

    /// @notice The signatures are too old.
    /// @param deadline until when they held
    error Expired(uint256 deadline);

    /// @notice A question about what is not past yet.
    /// @param timepoint what was asked
    error NotPast(uint256 timepoint);

    /// @notice Gives a person an identity in a wallet, by the owner's word.
    /// @param person a commitment to who it is, not 0
    /// @param wallet theirs
    /// @return identity its number
    function attest(bytes32 person, address wallet) external returns (uint256 identity);

    /// @notice The same by signatures. Anybody may bring them.
    /// @param person a commitment to who it is, not 0
    /// @param wallet theirs
    /// @param deadline until when the signatures hold, UNIX time
    /// @param signatures in ascending order of their signers
    /// @return identity its number
    function attestBySig(
        bytes32 person,
        address wallet,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 identity);

    /// @notice Moves a person's identity to a new wallet, by the owner's word.
    /// @param person who
    /// @param wallet the new one
    function recover(bytes32 person, address wallet) external;

    /// @notice The same by signatures. Anybody may bring them.
    /// @param person who
    /// @param wallet the new one
    /// @param deadline until when the signatures hold, UNIX time
    /// @param signatures in ascending order of their signers
    function recoverBySig(
        bytes32 person,
        address wallet,
        uint256 deadline,
        bytes[] calldata signatures
    ) external;

    /// @notice Ends a person's identity, by the owner's word.
    /// @param person who
    function revoke(bytes32 person) external;

    /// @notice The same by signatures. Anybody may bring them.
    /// @param person who
    /// @param deadline until when the signatures hold, UNIX time
    /// @param signatures in ascending order of their signers
    function revokeBySig(bytes32 person, uint256 deadline, bytes[] calldata signatures) external;

    /// @notice Replaces the signers.
    /// @param signers in ascending order, at most 16
    /// @param threshold how many of them it takes; 0: the owner alone attests
    function setSigners(address[] calldata signers, uint256 threshold) external;

    /// @notice Which identity a wallet had.
    /// @param wallet whose
    /// @param timepoint UNIX time, past
    /// @return identity 0: none
    function identityAt(address wallet, uint256 timepoint) external view returns (uint256 identity);

    /// @notice Which identity a wallet has.
    /// @param wallet whose
    /// @return identity 0: none
    function identityOf(address wallet) external view returns (uint256 identity);

    /// @notice How many identities there were.
    /// @param timepoint UNIX time, past
    /// @return count all
    function countAt(uint256 timepoint) external view returns (uint256 count);

    /// @notice The identity of a person, past or present.
    /// @param person who
    /// @return identity 0: none
    function identityOfPerson(bytes32 person) external view returns (uint256 identity);

    /// @notice How often something was done about a person; signatures name it.
    /// @param person who
    /// @return nonce from 0 on
    function nonceOf(bytes32 person) external view returns (uint256 nonce);

    /// @notice Who attests.
    /// @return signers in ascending order
    /// @return threshold how many of them it takes; 0: the owner alone attests
    function getSigners() external view returns (address[] memory signers, uint256 threshold);

    /// @notice Whose word alone suffices.
    /// @return owner the timelock
    // forge-lint: disable-next-line(mixed-case-function)
    function OWNER() external view returns (address owner);
}
