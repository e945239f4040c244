// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccount} from "./interfaces/IAccount.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @title Account
/// @notice See {IAccount}.
/// @dev The vault makes one, and a minimal clone (ERC-1167) of it for everybody who acts. It takes
/// no native coin, since nothing here could send it on, and signs nothing (ERC-1271).
contract Account is IAccount, IERC721Receiver {
    /// @inheritdoc IAccount
    address public immutable VAULT = msg.sender;

    /// @inheritdoc IAccount
    function execute(address target, bytes calldata data)
        external
        returns (bool ok, bytes memory answer)
    {
        if (msg.sender != VAULT) revert NotVault(msg.sender);
        return target.call(data);
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return IERC721Receiver.onERC721Received.selector;
    }
}
