// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4907} from "./IERC4907.sol";
import {ILeasedAsset} from "./ILeaseEscrow.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

/// @title A model as a token: ERC-721 with royalties (ERC-2981) and a user beside the owner (ERC-4907).
/// @notice One token per model hash. Only the registry mints; only the lease escrow says who the
/// user is, and it is asked each time, so that a lease ends without a transaction.
interface IModelNFT is IERC2981, IERC721Metadata, IERC4906, IERC4907, ILeasedAsset {
    /// @notice A model got its token.
    /// @param tokenId from 1 on
    /// @param modelHash SHA-256 of the model's manifest
    /// @param cid its provenance in content-addressed storage
    event ModelMinted(uint256 indexed tokenId, bytes32 indexed modelHash, string cid);

    /// @notice A model's provenance was replaced.
    /// @param tokenId the token
    /// @param cid the new one
    event ProvenanceChanged(uint256 indexed tokenId, string cid);

    /// @notice Only the registry may do this.
    /// @param caller who tried
    error NotRegistry(address caller);

    /// @notice Only the lease escrow may say who the user is.
    /// @param caller who tried
    error NotEscrow(address caller);

    /// @notice There is a token of this model already.
    /// @param tokenId that token
    error AlreadyMinted(uint256 tokenId);

    /// @notice A CID is empty or too long.
    /// @param bytesFound its length
    error BadCid(uint256 bytesFound);

    /// @notice Mints the token of a model.
    /// @param to who gets it
    /// @param modelHash SHA-256 of the model's manifest, not 0
    /// @param cid its provenance
    /// @param royaltyReceiver who gets royalties
    /// @param royaltyBp basis points of a price
    /// @return tokenId from 1 on
    function mint(
        address to,
        bytes32 modelHash,
        string calldata cid,
        address royaltyReceiver,
        uint96 royaltyBp
    ) external returns (uint256 tokenId);

    /// @notice Replaces a model's provenance; tells so by ERC-4906.
    /// @param tokenId the token
    /// @param cid the new one
    function setProvenance(uint256 tokenId, string calldata cid) external;

    /// @notice Which model a token is.
    /// @param tokenId the token
    /// @return modelHash SHA-256 of the model's manifest
    function modelHashOf(uint256 tokenId) external view returns (bytes32 modelHash);

    /// @notice Where a model comes from.
    /// @param tokenId the token
    /// @return cid of its provenance
    function provenanceOf(uint256 tokenId) external view returns (string memory cid);

    /// @notice The token of a model.
    /// @param modelHash SHA-256 of the model's manifest
    /// @return tokenId 0: there is none
    function tokenOf(bytes32 modelHash) external view returns (uint256 tokenId);

    /// @notice How many models have a token.
    /// @return count also the highest token id
    function totalSupply() external view returns (uint256 count);

    /// @notice Who mints.
    /// @return registry its address
    // forge-lint: disable-next-line(mixed-case-function)
    function REGISTRY() external view returns (address registry);
}
