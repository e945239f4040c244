// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SIGNERS_MAX} from "./Limits.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title IdentityRegistry
/// @notice See {IIdentityRegistry}.
contract IdentityRegistry is ERC721, EIP712, IIdentityRegistry {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    bytes32 private constant ATTEST_TYPEHASH =
        keccak256("Attest(bytes32 person,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 private constant RECOVER_TYPEHASH =
        keccak256("Recover(bytes32 person,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 private constant REVOKE_TYPEHASH =
        keccak256("Revoke(bytes32 person,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IIdentityRegistry
    address public immutable OWNER;

    /// @inheritdoc IIdentityRegistry
    mapping(bytes32 person => uint256) public identityOfPerson;
    /// @inheritdoc IIdentityRegistry
    mapping(bytes32 person => uint256) public nonceOf;
    mapping(address wallet => Checkpoints.Trace208) private _identities;
    Checkpoints.Trace208 private _counts;
    uint256 private _lastIdentity;
    address[] private _signers;
    uint256 private _threshold;

    modifier onlyOwner() {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Signers can be replaced, the owner cannot.
    /// @param owner whose word alone suffices: the timelock
    /// @param signers in ascending order, at most 16
    /// @param threshold how many of them it takes; 0: the owner alone attests
    constructor(address owner, address[] memory signers, uint256 threshold)
        ERC721("Stoa Identity", "IDENTITY")
        EIP712("Stoa Identity Registry", "1")
    {
        OWNER = owner;
        _setSigners(signers, threshold);
    }

    // ---- by the owner ----

    /// @inheritdoc IIdentityRegistry
    function attest(bytes32 person, address wallet) external onlyOwner returns (uint256 identity) {
        nonceOf[person]++;
        return _attest(person, wallet);
    }

    /// @inheritdoc IIdentityRegistry
    function recover(bytes32 person, address wallet) external onlyOwner {
        nonceOf[person]++;
        _recover(person, wallet);
    }

    /// @inheritdoc IIdentityRegistry
    function revoke(bytes32 person) external onlyOwner {
        nonceOf[person]++;
        _revoke(person);
    }

    /// @inheritdoc IIdentityRegistry
    function setSigners(address[] calldata signers, uint256 threshold) external onlyOwner {
        _setSigners(signers, threshold);
    }

    // ---- by signatures ----

    /// @inheritdoc IIdentityRegistry
    function attestBySig(
        bytes32 person,
        address wallet,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 identity) {
        _checkSignatures(
            keccak256(abi.encode(ATTEST_TYPEHASH, person, wallet, nonceOf[person]++, deadline)),
            deadline,
            signatures
        );
        return _attest(person, wallet);
    }

    /// @inheritdoc IIdentityRegistry
    function recoverBySig(
        bytes32 person,
        address wallet,
        uint256 deadline,
        bytes[] calldata signatures
    ) external {
        _checkSignatures(
            keccak256(abi.encode(RECOVER_TYPEHASH, person, wallet, nonceOf[person]++, deadline)),
            deadline,
            signatures
        );
        _recover(person, wallet);
    }

    /// @inheritdoc IIdentityRegistry
    function revokeBySig(bytes32 person, uint256 deadline, bytes[] calldata signatures) external {
        _checkSignatures(
            keccak256(abi.encode(REVOKE_TYPEHASH, person, nonceOf[person]++, deadline)),
            deadline,
            signatures
        );
        _revoke(person);
    }

    // ---- what holds ----

    /// @inheritdoc IIdentityRegistry
    function identityAt(address wallet, uint256 timepoint)
        external
        view
        returns (uint256 identity)
    {
        return _identities[wallet].upperLookupRecent(_past(timepoint));
    }

    /// @inheritdoc IIdentityRegistry
    function identityOf(address wallet) public view returns (uint256 identity) {
        return _identities[wallet].latest();
    }

    /// @inheritdoc IIdentityRegistry
    function countAt(uint256 timepoint) external view returns (uint256 count) {
        return _counts.upperLookupRecent(_past(timepoint));
    }

    /// @inheritdoc IIdentityRegistry
    function getSigners() external view returns (address[] memory signers, uint256 threshold) {
        return (_signers, _threshold);
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool isLocked) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IERC6372
    function clock() public view returns (uint48) {
        return Time.timestamp();
    }

    /// @inheritdoc IERC6372
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, IERC165)
        returns (bool)
    {
        return interfaceId == type(IERC5192).interfaceId
            || interfaceId == type(IERC6372).interfaceId || super.supportsInterface(interfaceId);
    }

    // ---- bound ----

    /// @inheritdoc IERC721
    function approve(address, uint256) public pure override(ERC721, IERC721) {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address, bool) public pure override(ERC721, IERC721) {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function transferFrom(address, address, uint256) public pure override(ERC721, IERC721) {
        revert Soulbound();
    }

    // ---- changes ----

    function _attest(bytes32 person, address wallet) private returns (uint256 identity) {
        if (person == 0) revert BadIdentity();
        identity = identityOfPerson[person];
        if (_ownerOf(identity) != address(0)) revert PersonKnown(identity);
        _checkWallet(wallet);
        // A person who comes back is who they were: credits spent stay spent.
        if (identity == 0) {
            identity = ++_lastIdentity;
            identityOfPerson[person] = identity;
        }
        _identities[wallet].push(clock(), identity.toUint208());
        _counts.push(clock(), _counts.latest() + 1);
        emit Attested(identity, person, wallet);
        _mint(wallet, identity);
        emit Locked(identity);
    }

    function _recover(bytes32 person, address wallet) private {
        (uint256 identity, address from) = _living(person);
        _checkWallet(wallet);
        _identities[from].push(clock(), 0);
        _identities[wallet].push(clock(), identity.toUint208());
        emit Recovered(identity, from, wallet);
        _transfer(from, wallet, identity);
    }

    function _revoke(bytes32 person) private {
        (uint256 identity, address wallet) = _living(person);
        _identities[wallet].push(clock(), 0);
        _counts.push(clock(), _counts.latest() - 1);
        emit Revoked(identity, wallet);
        _burn(identity);
    }

    function _setSigners(address[] memory signers, uint256 threshold) private {
        if (signers.length > SIGNERS_MAX || threshold > signers.length) revert BadSigners();
        address previous = address(0);
        for (uint256 i = 0; i < signers.length; i++) {
            if (signers[i] <= previous) revert BadSigners();
            previous = signers[i];
        }
        _signers = signers;
        _threshold = threshold;
        emit SignersChanged(signers, threshold);
    }

    // ---- checks ----

    /// @dev Exactly `threshold` signatures, each by a signer after the one before.
    function _checkSignatures(bytes32 structHash, uint256 deadline, bytes[] calldata signatures)
        private
        view
    {
        if (block.timestamp > deadline) revert Expired(deadline);
        uint256 threshold = _threshold;
        if (threshold == 0 || signatures.length != threshold) revert BadSignatures();
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 next = 0;
        for (uint256 i = 0; i < threshold; i++) {
            (address signer, ECDSA.RecoverError fault,) =
                ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (fault != ECDSA.RecoverError.NoError) revert BadSignatures();
            while (next < _signers.length && _signers[next] != signer) next++;
            if (next == _signers.length) revert BadSignatures();
            next++;
        }
    }

    function _checkWallet(address wallet) private view {
        if (wallet == address(0)) revert BadIdentity();
        if (identityOf(wallet) != 0) revert WalletTaken(identityOf(wallet));
    }

    function _living(bytes32 person) private view returns (uint256 identity, address wallet) {
        identity = identityOfPerson[person];
        wallet = _ownerOf(identity);
        if (wallet == address(0)) revert PersonUnknown(person);
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        if (timepoint >= clock()) revert NotPast(timepoint);
        return timepoint.toUint48();
    }
}
